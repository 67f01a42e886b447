"""A mail server for the tests (aiosmtpd). Prints its port, then each mail it takes as a line of JSON.

    server.py [--tls|--starttls CERT KEY] [--account NAME PASSWORD]

nobody@… is unknown, full@… has a full mailbox, later@… is asked to come again once.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self):
        self.late = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "nobody":
            return f"550 5.1.1 <{address}>: user unknown"
        if name == "full":
            return "452 4.2.2 mailbox full"
        if name == "later" and not self.late:
            self.late = True
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {name.lower(): str(mail[name]) for name in mail.keys()}
        told["tls"] = server.transport.get_extra_info("sslcontext") is not None
        told["account"] = bool(session.authenticated)
        told["envelope"] = [envelope.mail_from, *envelope.rcpt_tos]
        told["body"] = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
        told["files"] = [[f.get_filename(), f.get_content_type(), f.get_payload(decode=True).hex()] for f in mail.iter_attachments()]
        print(json.dumps(told), flush=True)
        return "250 OK"


def main():
    args = sys.argv[1:]
    secured = next((mode for mode in ("--tls", "--starttls") if mode in args), None)
    context = None
    if secured:
        at = args.index(secured)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args[at + 1], args[at + 2])
    account = None
    if "--account" in args:
        at = args.index("--account")
        account = (args[at + 1].encode(), args[at + 2].encode())

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == account, handled=False)

    handler = Handler()

    def protocol():
        return SMTP(
            handler,
            tls_context=context if secured == "--starttls" else None,
            require_starttls=secured == "--starttls",
            authenticator=authenticate if account else None,
            auth_required=account is not None,
            auth_require_tls=secured == "--starttls",
        )

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if secured == "--tls" else None)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(serve())


main()
