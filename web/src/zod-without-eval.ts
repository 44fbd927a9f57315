import { config } from "zod";

// The contract's schemas would probe for `eval` when made, which the page's policy reports as an
// attack. This module is imported before them.
config({ jitless: true });
