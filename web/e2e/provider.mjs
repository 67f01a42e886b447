// A real OpenID provider in a process of its own: the certified server of npm, with a few accounts of the demo city. Started as
// `node e2e/provider.mjs '{"clients": [...], "accounts": {...}}'`; says where it listens.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { clients, accounts, port = 0 } = JSON.parse(process.argv[2]);

const server = createServer();
server.listen(port, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], phone: ["phone_number", "phone_number_verified"] },
    // Who types a login is that account; asked is only the name, for it is not our door that is tested here.
    findAccount: (_, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    cookies: { keys: ["e2e"] },
  });
  server.on("request", provider.callback());
  console.log(`provider ${issuer}`);
});
