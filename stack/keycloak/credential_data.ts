/** What Keycloak tells of a password beside its secret. */
export const PASSWORD_DATA = '{"hashIterations":5,"algorithm":"argon2","additionalParameters":' +
  '{"hashLength":["32"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}';

/** What it tells of a time-based one-time code. */
export const OTP_DATA =
  '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}';
