export { type Admission, People } from "./people.ts";
export { createPeopleHandlers } from "./people-handlers.ts";
