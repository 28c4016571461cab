"""One check of certificates with an unmodified hvac: `python3 hvac_pki_client.py CHECK`. Exits with 0 or a traceback."""
import json
import os
import subprocess
import sys
import tempfile

import hvac

STAGE = json.loads(os.environ["STAGE"])


def client():
    return hvac.Client(url=STAGE["address"], token=STAGE["root"])


def refused(kind, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError("it was not refused")


def mount(path, **root):
    vault = client()
    vault.sys.enable_secrets_engine("pki", path=path, config={"max_lease_ttl": "87600h"})
    vault.secrets.pki.generate_root("internal", "hvac.com", {"ttl": "8760h", **root}, mount_point=path)
    return vault


def pki():
    vault = mount("pki")
    api = vault.secrets.pki
    pem = api.read_ca_certificate()
    assert pem.startswith("-----BEGIN CERTIFICATE-----"), pem
    assert api.read_ca_certificate_chain() == pem
    assert api.read_certificate("ca")["data"]["certificate"] == pem
    assert api.set_urls({"issuing_certificates": ["http://127.0.0.1:8200/v1/pki/ca"],
                         "crl_distribution_points": ["http://127.0.0.1:8200/v1/pki/crl"]})
    assert api.read_urls()["data"]["issuing_certificates"] == ["http://127.0.0.1:8200/v1/pki/ca"]
    api.set_crl_configuration(expiry="72h", disable=False)
    assert api.read_crl_configuration()["data"]["expiry"] == "72h0m0s"
    assert api.create_or_update_role("web", {"allowed_domains": "hvac.com", "allow_subdomains": True, "max_ttl": "72h"})
    assert api.list_roles()["data"]["keys"] == ["web"]
    assert api.read_role("web")["data"]["allowed_domains"] == ["hvac.com"]
    made = api.generate_certificate("web", "test.hvac.com")["data"]
    assert made["private_key_type"] == "rsa" and made["issuing_ca"] == pem
    serial = made["serial_number"]
    assert serial in api.list_certificates()["data"]["keys"]
    assert api.read_certificate(serial)["data"]["certificate"] == made["certificate"]
    refused(hvac.exceptions.InvalidRequest, api.generate_certificate, "web", "evil.com")
    assert api.revoke_certificate(serial)["data"]["revocation_time"] > 0
    assert api.read_certificate(serial)["data"]["revocation_time"] > 0
    assert api.read_crl().startswith("-----BEGIN X509 CRL-----")
    assert api.rotate_crl()["data"]["success"] is True
    assert api.tidy({"tidy_cert_store": True, "safety_buffer": "1h"}).status_code == 204
    with tempfile.TemporaryDirectory() as folder:
        csr = subprocess.run(
            ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=csr.hvac.com", "-keyout",
             os.path.join(folder, "key"), "-out", "/dev/stdout"],
            check=True, capture_output=True, text=True).stdout
    assert "BEGIN CERTIFICATE" in api.sign_certificate("web", csr, "csr.hvac.com")["data"]["certificate"]
    assert "BEGIN CERTIFICATE" in api.sign_verbatim(csr)["data"]["certificate"]
    assert "BEGIN CERTIFICATE" in api.sign_verbatim(csr, "web")["data"]["certificate"]
    api.delete_role("web")
    refused(hvac.exceptions.InvalidPath, api.list_roles)
    assert api.delete_root().status_code == 204


def intermediate():
    vault = mount("upper", key_type="ec")
    vault.sys.enable_secrets_engine("pki", path="lower")
    api = vault.secrets.pki
    csr = api.generate_intermediate("internal", "Below", mount_point="lower")["data"]["csr"]
    signed = api.sign_intermediate(csr, "Below", mount_point="upper")["data"]["certificate"]
    assert api.set_signed_intermediate(signed, mount_point="lower")
    assert api.read_ca_certificate(mount_point="lower") == signed
    vault.sys.enable_secrets_engine("pki", path="aside")
    aside = api.generate_root("internal", "Aside", mount_point="aside")["data"]["certificate"]
    assert "BEGIN CERTIFICATE" in api.sign_self_issued(aside, mount_point="upper")["data"]["certificate"]


def imported():
    vault = client()
    vault.sys.enable_secrets_engine("pki", path="made")
    vault.sys.enable_secrets_engine("pki", path="taken")
    api = vault.secrets.pki
    made = api.generate_root("exported", "Made", {"format": "pem_bundle"}, mount_point="made")["data"]
    assert api.submit_ca_information(made["certificate"], mount_point="taken")
    assert api.read_ca_certificate(mount_point="taken") == made["issuing_ca"]


def leases():
    """hvac's own tests of leases are built on this."""
    vault = mount("leased")
    vault.write("leased/roles/my-role", allowed_domains="hvac.com", allow_subdomains=True, generate_lease=True, max_ttl="72h")
    issue = lambda: vault.write("leased/issue/my-role", common_name="test.hvac.com")
    lease = issue()["lease_id"]
    assert vault.sys.read_lease(lease)["data"]["id"] == lease
    assert vault.sys.list_leases("leased")["data"]["keys"] == ["issue/"]
    assert lease.split("/")[-1] in vault.sys.list_leases("leased/issue/my-role")["data"]["keys"]
    assert vault.sys.revoke_lease(lease).status_code == 204
    issue()
    assert vault.sys.revoke_prefix("leased").status_code == 204
    issue()
    assert vault.sys.revoke_force("leased").status_code == 204


def ssh():
    """This hvac has no words of its own for SSH: it writes and reads."""
    vault = client()
    vault.sys.enable_secrets_engine("ssh")
    public = vault.write("ssh/config/ca", generate_signing_key=True, key_type="ed25519")["data"]["public_key"]
    assert vault.read("ssh/config/ca")["data"]["public_key"] == public
    assert vault.adapter.get("/v1/ssh/public_key").text.strip() == public
    refused(hvac.exceptions.InvalidRequest, vault.write, "ssh/config/ca", generate_signing_key=True)
    vault.write("ssh/roles/otp", key_type="otp", default_user="ann", cidr_list="10.0.0.0/8")
    otp = vault.write("ssh/creds/otp", ip="10.1.2.3")["data"]
    assert otp["username"] == "ann" and otp["key_type"] == "otp" and otp["port"] == 22
    host = hvac.Client(url=STAGE["address"])
    assert host.write("ssh/verify", otp=otp["key"])["data"] == {"ip": "10.1.2.3", "username": "ann", "role_name": "otp"}
    refused(hvac.exceptions.InvalidRequest, host.write, "ssh/verify", otp=otp["key"])
    vault.delete("ssh/roles/otp")
    vault.write("ssh/roles/people", key_type="ca", allow_user_certificates=True, allowed_users="ann,bob",
                default_user="ann", default_extensions={"permit-pty": ""}, ttl="30m")
    role = vault.read("ssh/roles/people")["data"]
    assert role["allowed_users"] == "ann,bob" and role["ttl"] == 1800, role
    assert vault.list("ssh/roles")["data"]["keys"] == ["people"]
    made = vault.write("ssh/issue/people", key_type="ed25519")["data"]
    assert made["private_key"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    signed = vault.write("ssh/sign/people", public_key=public, valid_principals="bob")["data"]
    assert signed["signed_key"].startswith("ssh-ed25519-cert-v01@openssh.com ") and len(signed["serial_number"]) == 16
    refused(hvac.exceptions.InvalidRequest, vault.write, "ssh/sign/people", public_key=public, valid_principals="eve")
    vault.delete("ssh/roles/people")
    vault.delete("ssh/config/ca")


globals()[sys.argv[1]]()
