"""An SMTP server for tests. Prints each mail as one line of JSON, and ends with its input.

Arguments: port; PEM file of its certificate and of its key, or "-" for a server without STARTTLS; the only user's password.
"""
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Printer:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(json.dumps({
            "encrypted": session.ssl is not None,
            "user": session.auth_data.login.decode() if session.authenticated else "",
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": mail["subject"],
            "automatic": mail["auto-submitted"],
            "body": mail.get_content(),
        }), flush=True)
        return "250 taken"


def main(port, certificate, key, password):
    def authenticate(server, session, envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and data.login == b"gateway" and data.password == password.encode()
        # "handled" would say that the refusal was already sent.
        return AuthResult(success=right, handled=right, auth_data=data if right else None)

    context = None
    if certificate != "-":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    controller = Controller(
        Printer(), hostname="127.0.0.1", port=int(port), tls_context=context, require_starttls=context is not None,
        authenticator=authenticate, auth_require_tls=context is not None, auth_required=context is not None)
    controller.start()
    print("listening", flush=True)
    sys.stdin.read()
    controller.stop()


main(*sys.argv[1:])
