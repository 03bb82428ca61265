"""Does a request that is broken below the level of its operation get a client's error, and leave the server well?"""

import json
import re

from lib import aws
from lib.clients import Credentials
from lib.lane import CLUSTER, LaneTest

XML = b'<?xml version="1.0"?><AssumeRoleWithWebIdentity><RoleArn>x</RoleArn></AssumeRoleWithWebIdentity>'


class WrongRequests(LaneTest):
    @classmethod
    def setUpClass(cls):
        cls.start_server()
        cls.create_cluster()

    def tearDown(self):
        """Whatever was sent, the server must still do its work."""
        self.assertEqual(self.api.query("sts", "GetCallerIdentity").status, 200)

    def assert_client_error(self, answer, *codes):
        self.assertTrue(400 <= answer.status < 500, f"{answer.status} {answer.text}")
        if codes:
            self.assertIn(answer.code, codes, answer.text)

    def post(self, body, content_type=aws.FORM):
        return self.api.send("POST", "/", {"content-type": content_type}, body)

    def test_01_bodies_that_name_no_operation(self):
        cases = {
            "nothing": (b"", aws.FORM),
            "XML": (XML, "text/xml"),
            "XML called a form": (XML, aws.FORM),
            "JSON": (b'{"Action":"AssumeRoleWithWebIdentity"}', "application/json"),
            "bytes": (bytes(range(256)), "application/octet-stream"),
            "separators": (b"&&&===&&&", aws.FORM),
            "a broken escape": (b"Action=%zz&Version=%", aws.FORM),
            "an empty action": (b"Action=&Version=2011-06-15", aws.FORM),
        }
        for name, (body, content_type) in cases.items():
            with self.subTest(name):
                self.assert_client_error(self.post(body, content_type))

    def test_02_operations_that_do_not_exist(self):
        for service, version in (("sts", "2011-06-15"), ("iam", "2010-05-08"), ("sts", "1999-01-01")):
            with self.subTest(service=service, version=version):
                body = f"Action=MakeMeRoot&Version={version}".encode()
                answer = self.api.signed(service, "POST", "/", {"content-type": aws.FORM}, body)
                self.assert_client_error(answer, "InvalidAction")

    def test_03_text_that_is_not_utf8_or_holds_nul(self):
        for name, value in {
            "latin-1": "%ff%fe",
            "overlong": "%c0%af",
            "surrogate": "%ed%a0%80",
            "NUL": "a%00b",
        }.items():
            with self.subTest(name):
                body = (
                    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn:aws:iam::111122223333:role/web"
                    f"&RoleSessionName={value}&WebIdentityToken=abcd"
                )
                self.assert_client_error(self.post(body.encode()))

    def test_04_unsigned_calls_are_refused(self):
        for body in (
            aws.form("sts", "GetCallerIdentity", {}),
            aws.form("iam", "ListRoles", {}),
            aws.form("iam", "CreateRole", {"RoleName": "x", "AssumeRolePolicyDocument": "{}"}),
        ):
            with self.subTest(body):
                answer = self.post(body)
                self.assertEqual((answer.status, answer.code), (403, "MissingAuthenticationToken"), answer.text)
        answer = self.api.send("GET", f"/clusters/{CLUSTER}")
        self.assertEqual((answer.status, answer.code), (403, "MissingAuthenticationTokenException"), answer.text)

    def test_05_signatures_that_do_not_hold(self):
        admin = self.admin
        strangers = {
            "another secret": (Credentials(admin.access_key_id, "x" * 40), "SignatureDoesNotMatch"),
            "an unknown key": (Credentials("AKIA" + "X" * 16, admin.secret_access_key), "InvalidClientTokenId"),
            "a made-up session": (
                Credentials("ASIA" + "X" * 16, admin.secret_access_key, "made-up"),
                "InvalidClientTokenId",
            ),
        }
        body = aws.form("sts", "GetCallerIdentity", {})
        for name, (credentials, code) in strangers.items():
            with self.subTest(name):
                answer = self.api.signed("sts", "POST", "/", {"content-type": aws.FORM}, body, credentials=credentials)
                self.assertEqual((answer.status, answer.code), (403, code), answer.text)

    def test_06_a_signed_body_that_was_changed(self):
        body = aws.form("iam", "GetRole", {"RoleName": "a"})
        headers = aws.sign(
            self.admin, "iam", self.api.region, "POST", self.api.host, "/", {"content-type": aws.FORM}, body
        )
        answer = self.api.send("POST", "/", headers, aws.form("iam", "GetRole", {"RoleName": "b"}))
        self.assertEqual((answer.status, answer.code), (403, "SignatureDoesNotMatch"), answer.text)

    def test_07_paths_that_do_not_exist_answer_json(self):
        for target in ("/no/such/path", "/clusters/a/b/c/d", "/clusters/%00", "/clusters/..%2f..%2fetc"):
            with self.subTest(target):
                answer = self.api.signed("eks", "GET", target)
                self.assert_client_error(answer)
                self.assertIn("message", json.loads(answer.body))

    def test_08_rest_bodies_that_are_wrong(self):
        for name, body in {
            "no JSON": b"{",
            "a list": b"[]",
            "the wrong type": b'{"name":5}',
            "a name twice": b'{"name":"a","name":"b"}',
            "deep nesting": b"[" * 100_000,
        }.items():
            with self.subTest(name):
                answer = self.api.signed("eks", "POST", "/clusters", {"content-type": "application/json"}, body)
                self.assert_client_error(answer)

    def test_09_requests_beyond_the_limits(self):
        body = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=" + b"a" * (2 << 20)
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        cases = {
            "a body of 2 MiB": (head + b"Content-Length: %d\r\n\r\n" % len(body) + body, {413}),
            "a header of 64 KiB": (head + b"X-Long: " + b"a" * 65536 + b"\r\n\r\n", {400, 431}),
            "a target of 64 KiB": (b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 414, 431}),
        }
        for name, (data, allowed) in cases.items():
            with self.subTest(name):
                # A server may also close without a word, as long as it does not take the request in.
                status = self.status_of(self.api.raw(data))
                self.assertIn(status, allowed | {None})

    def test_10_requests_that_two_parsers_would_read_differently(self):
        form = b"Action=GetCallerIdentity&Version=2011-06-15"
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        cases = {
            "two lengths": b"Content-Length: 43\r\nContent-Length: 5\r\n\r\n" + form,
            "length and chunks": b"Content-Length: 43\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "a chunk size that is no number": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + form,
            "a negative length": b"Content-Length: -1\r\n\r\n" + form,
            "a space before the colon": b"Content-Length : 43\r\n\r\n" + form,
        }
        for name, tail in cases.items():
            with self.subTest(name):
                status = self.status_of(self.api.raw(head + tail))
                self.assertTrue(status is None or 400 <= status < 500, f"status {status}")
        for name, data in {
            "no HTTP": b"hello\r\n\r\n",
            "TLS in TLS": bytes.fromhex("16030100c8") + b"\r\n\r\n",
        }.items():
            with self.subTest(name):
                status = self.status_of(self.api.raw(data))
                self.assertTrue(status is None or 400 <= status < 500, f"status {status}")

    @staticmethod
    def status_of(received):
        line = re.match(rb"HTTP/1\.[01] (\d{3})", received)
        return int(line[1]) if line else None
