// A caller on the public network: real sipp for the signalling, a handset of our own for the sound.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { handset } from "./rtp.mjs";

/** Calls, waits to be hung up on. With `stay` the caller hangs up after so many milliseconds. */
function scenario({ media, from, stay }) {
  const end = stay
    ? `<pause milliseconds="${stay}"/>
  <send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:${from}@[local_ip]:[local_port]>;tag=[pid]E2E[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="200"/>`
    : `<recv request="BYE" timeout="120000"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
  <send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${from}@[local_ip]:[local_port]>;tag=[pid]E2E[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:${from}@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio ${media} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:${from}@[local_ip]:[local_port]>;tag=[pid]E2E[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
  ${end}
</scenario>
`;
}

/** Rings a moment, answers, waits to be hung up on. */
function answering({ media }) {
  const head = `[last_Via:]
[last_From:]
[last_To:];tag=[pid]E2E[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="called">
  <recv request="INVITE" crlf="true"/>
  <send><![CDATA[
SIP/2.0 180 Ringing
${head}
Content-Length: 0

]]></send>
  <pause milliseconds="1500"/>
  <send retrans="500"><![CDATA[
SIP/2.0 200 OK
${head}
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio ${media} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
]]></send>
  <recv request="ACK"/>
  <recv request="BYE" timeout="120000"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
`;
}

/** A telephone on the public network at this port, behind the carrier: answers one call. */
export async function answerAt(port, { hz } = {}) {
  const sound = await handset({ hz });
  return follow(sound, answering({ media: sound.port }), ["-p", String(port)]);
}

/** Dials the hotline. `ended` resolves with sipp's exit code: 0 when the call went as the scenario says. */
export async function dialIn(sipPort, { from = "13800001234", to = "12345", stay, hz } = {}) {
  const sound = await handset({ hz });
  return follow(sound, scenario({ media: sound.port, from, stay }), [`127.0.0.1:${sipPort}`, "-s", to, "-r", "1"]);
}

/** Runs sipp with a scenario beside a handset. */
function follow(sound, text, more) {
  const folder = mkdtempSync(join(tmpdir(), "hotline-sipp-"));
  const file = join(folder, "scenario.xml");
  writeFileSync(file, text);
  const args = [...more, "-sf", file, "-i", "127.0.0.1", "-m", "1", "-nostdin", "-timeout", "180", "-trace_err", "-error_file", join(folder, "errors")];
  const child = spawn("sipp", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const ended = new Promise((done) => child.on("exit", (code) => done(code))).then((code) => {
    sound.close();
    rmSync(folder, { recursive: true, force: true });
    return code;
  });
  return { ...sound, ended, errors: () => errors, stop: () => child.kill("SIGKILL") };
}
