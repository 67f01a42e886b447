// WeChat for the stories: its interfaces as developers.weixin.qq.com has them, and a person who writes to the account in safe mode.
// Everything is made with Node's own crypto, so that two implementations of the protocol meet.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

export const APP_ID = "wxb11529c136998cb6";
export const SECRET = "0123456789abcdef0123456789abcdef";
export const TOKEN = "hotline12345";
export const AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const ACCOUNT = "gh_10f6c3c3ac5a";

const key = Buffer.from(`${AES_KEY}=`, "base64");
const sign = (...parts) => createHash("sha1").update(parts.sort().join("")).digest("hex");
const field = (xml, name) => xml.match(new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([\\s\\S]*?)(?:\\]\\]>)?</${name}>`))?.[1];

function encrypt(text) {
  const words = Buffer.from(text);
  const head = Buffer.concat([randomBytes(16), Buffer.alloc(4), words, Buffer.from(APP_ID)]);
  head.writeUInt32BE(words.length, 16);
  const pad = 32 - (head.length % 32);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(Buffer.concat([head, Buffer.alloc(pad, pad)])), cipher.final()]).toString("base64");
}

function decrypt(sealed) {
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(Buffer.from(sealed, "base64")), decipher.final()]);
  const whole = plain.subarray(16, plain.length - plain.at(-1));
  const length = whole.readUInt32BE(0);
  if (whole.subarray(4 + length).toString() !== APP_ID) throw new Error("sealed for another account");
  return whole.subarray(4, 4 + length).toString();
}

/** Starts the interfaces. `files` are what people sent, by MediaId; `sent` grows with every message to a person. */
export async function startWechat() {
  const wechat = { sent: [], files: new Map(), refuse: new Map(), url: "", close: () => server.close() };
  const token = `T${randomBytes(64).toString("hex")}`;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://wechat");
    let body = "";
    for await (const chunk of request) body += chunk;
    const json = (answer) => response.setHeader("content-type", "application/json; charset=utf-8").end(JSON.stringify(answer));
    if (url.pathname === "/cgi-bin/stable_token") {
      const asked = JSON.parse(body);
      if (asked.appid !== APP_ID) return json({ errcode: 40013, errmsg: "invalid appid" });
      if (asked.secret !== SECRET) return json({ errcode: 40125, errmsg: "invalid appsecret" });
      return json({ access_token: token, expires_in: 7200 });
    }
    if (url.searchParams.get("access_token") !== token) return json({ errcode: 40001, errmsg: "invalid credential" });
    if (url.pathname === "/cgi-bin/media/get") {
      const file = wechat.files.get(url.searchParams.get("media_id"));
      if (!file) return json({ errcode: 40007, errmsg: "invalid media_id" });
      return response.setHeader("content-type", "image/png").setHeader("content-disposition", 'attachment; filename="m.png"').end(file);
    }
    const { touser, msgtype, text } = JSON.parse(body);
    if (msgtype !== "text") return json({ errcode: 40008, errmsg: "invalid message type" });
    const code = wechat.refuse.get(touser);
    if (code) return json({ errcode: code, errmsg: "response out of time limit or subscription is canceled" });
    wechat.sent.push({ to: touser, text: text.content });
    json({ errcode: 0, errmsg: "ok" });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  wechat.url = `http://127.0.0.1:${server.address().port}`;
  return wechat;
}

function address(portal, more) {
  const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), randomBytes(5).readUInt32BE().toString()];
  const query = new URLSearchParams({ signature: sign(TOKEN, timestamp, nonce), timestamp, nonce, ...more });
  return { url: `${portal}/wechat?${query}`, timestamp, nonce };
}

/** WeChat asks whether the address is the account's. */
export async function greet(portal) {
  const answer = await fetch(address(portal, { echostr: "5838479218127813673" }).url);
  return answer.status === 200 && (await answer.text()) === "5838479218127813673";
}

/** A person writes, some seconds ago; gives the words they read at once, if any. */
export async function write(portal, person, id, inside, ago = 0) {
  const at = Math.floor(Date.now() / 1000) - ago;
  const xml = `<xml><ToUserName><![CDATA[${ACCOUNT}]]></ToUserName><FromUserName><![CDATA[${person}]]></FromUserName><CreateTime>${at}</CreateTime>${inside}<MsgId>${id}</MsgId></xml>`;
  const sealed = encrypt(xml);
  const { url, timestamp, nonce } = address(portal, { openid: person, encrypt_type: "aes" });
  const body = `<xml><ToUserName><![CDATA[${ACCOUNT}]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`;
  const answer = await fetch(`${url}&msg_signature=${sign(TOKEN, timestamp, nonce, sealed)}`, { method: "POST", headers: { "content-type": "text/xml" }, body });
  if (answer.status !== 200) throw new Error(`${answer.status} to a message of WeChat's`);
  const text = await answer.text();
  if (text === "success") return undefined;
  const [encrypted, stamp, back] = ["Encrypt", "TimeStamp", "Nonce"].map((name) => field(text, name));
  if (sign(TOKEN, stamp, back, encrypted) !== field(text, "MsgSignature")) throw new Error("an answer with a wrong signature");
  const plain = decrypt(encrypted);
  if (field(plain, "ToUserName") !== person || field(plain, "FromUserName") !== ACCOUNT) throw new Error(`an answer to somebody else: ${plain}`);
  return field(plain, "Content");
}

export const text = (words) => `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${words}]]></Content>`;
export const picture = (media) => `<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[http://mmbiz.qpic.cn/1]]></PicUrl><MediaId><![CDATA[${media}]]></MediaId>`;
export const place = (x, y, label) =>
  `<MsgType><![CDATA[location]]></MsgType><Location_X>${x}</Location_X><Location_Y>${y}</Location_Y><Scale>16</Scale><Label><![CDATA[${label}]]></Label>`;
