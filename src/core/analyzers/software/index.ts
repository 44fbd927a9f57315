export { softwareSchema } from "./software-events.ts";
export { SoftwareLog } from "./software-log.ts";
