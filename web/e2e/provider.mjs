// A real OpenID provider in a process of its own: the certified server of npm, with a few accounts of the demo city. Started as
// `node e2e/provider.mjs '{"clients": [...], "accounts": {...}}'`; says where it listens.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { clients, accounts, port = 0, logout = true } = JSON.parse(process.argv[2]);

const server = createServer();
server.listen(port, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients,
    claims: { openid: ["sub"], profile: ["name", "preferred_username"], phone: ["phone_number", "phone_number_verified"] },
    // Who types a login is that account; asked is only the name, for it is not our door that is tested here.
    findAccount: (_, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: logout }, backchannelLogout: { enabled: true } },
    // Told of goodbyes is a platform on this very machine, which the provider takes for nobody's address.
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
    pkce: { required: () => true },
    cookies: { keys: ["e2e"] },
  });
  provider.on("backchannel.error", (_, error) => console.error(`a goodbye was not heard: ${error.message}`));
  server.on("request", provider.callback());
  console.log(`provider ${issuer}`);
});
