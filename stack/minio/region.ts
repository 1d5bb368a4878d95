/** Region of the object store, which signatures name. */
export const REGION = "us-east-1";
