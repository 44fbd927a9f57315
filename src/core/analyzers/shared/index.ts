export { setAddress, setFlowTime } from "./row-fields.ts";
