/** 0 is the originator, 1 the responder. */
export type Side = 0 | 1;
export type Transport = "tcp" | "udp";
