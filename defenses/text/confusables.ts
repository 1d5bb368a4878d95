/**
 * Lower-case letters and signs of other scripts that look like ASCII ones: the part of Unicode's
 * TR39 confusables that people use in names. What NFKD already folds is not repeated.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: "аɑαᴀ∂ꭺаꓮ",
  b: "ЬƅƄᏏьʙвᖯꓐ",
  c: "сᴄⲥϲꮯↄꓚ",
  d: "ԁɗᏧꓒꓓđ",
  e: "еєҽɛᴇеꬲεꓰ",
  f: "ſꞙẝϝꬵꓝ",
  g: "ɡցᶃɢꓖ",
  h: "һհᏂʜнꓧħ",
  i: "іıɩιɪӏꙇⲓᎥꓲ",
  j: "јϳʝꓙ",
  k: "κкᴋⲕꓗ",
  l: "ⅼןǀ|ʟⵏꓡłӏ∣",
  m: "мᴍⲙⅿꓟ",
  n: "ոռɴпηꓠ",
  o: "оοօᴏ૦௦ഠဝჿⲟøσꓳ०০໐",
  p: "рρᴘⲣꓑþ",
  q: "ԛգզꓣ",
  r: "гᴦⲅꭇʀɍꓣ",
  s: "ѕꜱƽꮪꓢ",
  t: "тτᴛⲧꓔŧ",
  u: "υսᴜʋꭎꓴцμ",
  v: "νѵᴠⱱꓦ",
  w: "ԝωɯᴡաꮃꓪшѡ",
  x: "хχⲭ×ꓫ",
  y: "уγүყʏⲩꓬ",
  z: "ᴢʐƶꮓꓜ",
  ".": "․·•∙⸱ꓸ。٠۰܁܂",
  "-": "‐‑‒–—―−⁃➖ー⸺˗۔Ⲻ",
  "_": "ߺ﹍﹎﹏",
  "@": "",
  "/": "⁄∕⧸〳╱",
};

/** Capitals whose lower-case form looks like another letter than they do. */
export const CAPITALS: ReadonlyMap<string, string> = new Map([
  ["Η", "h"],
  ["Ν", "n"],
  ["Μ", "m"],
  ["Υ", "y"],
  ["Β", "b"],
  ["Ζ", "z"],
]);

/** ASCII character for each look-alike. */
export const CONFUSABLES: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([ascii, alikes]) =>
    [...alikes].filter((alike) => alike > "\x7f").map((alike) =>
      [alike.toLowerCase(), ascii] as const
    )
  ),
);
