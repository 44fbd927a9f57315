export { INCIDENT, writeIncident } from "./incident.ts";
