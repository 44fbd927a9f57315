export { sendRows, setAddress, setFlowIds, setFlowTime } from "./row-fields.ts";
