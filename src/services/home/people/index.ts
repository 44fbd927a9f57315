export { createPeopleHandlers } from "./people-handlers.ts";
export { type Admission, People } from "./people.ts";
export { PeopleState } from "./people-state.ts";
