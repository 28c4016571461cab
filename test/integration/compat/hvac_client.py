"""One check of the compatibility suite with an unmodified hvac: `python3 hvac_client.py CHECK`. Exits with 0 or a traceback."""
import json
import os
import sys

import hvac

STAGE = json.loads(os.environ["STAGE"])


def client(token=STAGE["root"]):
    return hvac.Client(url=STAGE["address"], token=token)


def refused(kind, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError("it was not refused")


def app_client():
    vault = client(None)
    vault.auth.approle.login(role_id=STAGE["roleId"], secret_id=STAGE["secretId"])
    return vault


def system():
    vault = client()
    assert vault.sys.is_initialized() and not vault.sys.is_sealed()
    assert vault.sys.read_health_status(method="HEAD").status_code == 200
    assert vault.sys.read_health_status(method="GET")["initialized"] is True
    assert vault.sys.read_leader_status()["ha_enabled"] is False
    assert vault.is_authenticated()


def login():
    vault = app_client()
    assert vault.lookup_token()["data"]["policies"] == ["default", "shop"]
    refused(hvac.exceptions.InvalidRequest, client(None).auth.approle.login, role_id="x", secret_id="y")
    refused(hvac.exceptions.Forbidden, vault.read, "secret/data/other")
    vault.logout(revoke_token=True)


def approle():
    vault = client()
    vault.auth.approle.create_or_update_approle("batch", token_policies=["shop"], token_ttl="10m")
    assert "batch" in vault.auth.approle.list_roles()["data"]["keys"]
    assert vault.auth.approle.read_role("batch")["data"]["token_ttl"] == 600
    made = vault.auth.approle.generate_secret_id("batch", metadata={"host": "a"})["data"]
    seen = vault.auth.approle.read_secret_id("batch", made["secret_id"])["data"]
    assert seen["metadata"] == {"host": "a"}
    accessor = made["secret_id_accessor"]
    assert vault.auth.approle.list_secret_id_accessors("batch")["data"]["keys"] == [accessor]
    vault.auth.approle.destroy_secret_id_accessor("batch", accessor)
    custom = vault.auth.approle.create_custom_secret_id("batch", "my-own-secret")["data"]
    assert custom["secret_id"] == "my-own-secret"
    vault.auth.approle.delete_role("batch")


def userpass():
    vault = client()
    vault.sys.enable_auth_method("userpass")
    assert "userpass/" in vault.sys.list_auth_methods()["data"]
    vault.auth.userpass.create_or_update_user("ann", password="hunter2", policies="shop")
    assert vault.auth.userpass.list_user()["data"]["keys"] == ["ann"]
    own = client(None)
    own.auth.userpass.login("ann", "hunter2")
    assert own.is_authenticated()
    vault.auth.userpass.update_password_on_user("ann", "hunter3")
    refused(hvac.exceptions.InvalidRequest, own.auth.userpass.login, "ann", "hunter2")
    vault.auth.userpass.delete_user("ann")
    vault.sys.disable_auth_method("userpass")


def kv1():
    kv = app_client().secrets.kv.v1
    kv.create_or_update_secret("shop/db", {"user": "ann"}, mount_point="kv1")
    assert kv.read_secret("shop/db", mount_point="kv1")["data"] == {"user": "ann"}
    assert kv.list_secrets("shop", mount_point="kv1")["data"]["keys"] == ["db"]
    kv.delete_secret("shop/db", mount_point="kv1")
    refused(hvac.exceptions.InvalidPath, kv.read_secret, "shop/db", mount_point="kv1")
    assert client().read("kv1/shop/db") is None


def kv2():
    kv = client().secrets.kv.v2
    assert kv.create_or_update_secret("shop/db", {"user": "ann"}, cas=0)["data"]["version"] == 1
    error = refused(hvac.exceptions.InvalidRequest, kv.create_or_update_secret, "shop/db", {"user": "x"}, cas=0)
    assert "check-and-set parameter did not match the current version" in str(error)
    kv.patch("shop/db", {"port": "1"})
    assert kv.read_secret_version("shop/db")["data"]["data"] == {"user": "ann", "port": "1"}
    assert kv.read_secret_version("shop/db", version=1)["data"]["data"] == {"user": "ann"}
    assert kv.list_secrets("shop")["data"]["keys"] == ["db"]
    kv.delete_secret_versions("shop/db", [2])
    refused(hvac.exceptions.InvalidPath, kv.read_secret_version, "shop/db", version=2)
    kv.undelete_secret_versions("shop/db", [2])
    kv.destroy_secret_versions("shop/db", [1])
    kv.update_metadata("shop/db", max_versions=5)
    kv.configure(max_versions=20)
    assert kv.read_configuration()["data"]["max_versions"] == 20
    metadata = kv.read_secret_metadata("shop/db")["data"]
    assert metadata["versions"]["1"]["destroyed"] and metadata["max_versions"] == 5
    kv.delete_metadata_and_all_versions("shop/db")


def policies():
    vault = client()
    text = 'path "x" { policy = "write" }'
    vault.sys.create_or_update_policy("own", text)
    assert vault.sys.read_policy("own")["data"]["rules"] == text
    assert "own" in vault.sys.list_policies()["data"]["policies"]
    vault.sys.delete_policy("own")
    assert vault.sys.get_capabilities(["secret/data/a"])["capabilities"] == ["root"]


def mounts():
    vault = client()
    vault.sys.enable_secrets_engine("kv", path="team", options={"version": "2"})
    vault.sys.tune_mount_configuration("team", default_lease_ttl="1h")
    assert vault.sys.read_mount_configuration("team")["data"]["default_lease_ttl"] == 3600
    vault.sys.move_backend("team", "squad")
    assert "squad/" in vault.sys.list_mounted_secrets_engines()["data"]
    vault.sys.disable_secrets_engine("squad")


def tokens():
    vault = client()
    made = vault.create_token(policies=["shop"], lease="10m")["auth"]
    assert vault.lookup_token(made["client_token"])["data"]["accessor"] == made["accessor"]
    assert vault.lookup_token(made["accessor"], accessor=True)["data"]["id"] == ""
    assert vault.renew_token(made["client_token"], increment=300)["auth"]["lease_duration"] == 300
    assert made["accessor"] in vault.list("auth/token/accessors")["data"]["keys"]
    vault.revoke_token(made["accessor"], accessor=True)
    refused(hvac.exceptions.Forbidden, vault.lookup_token, made["client_token"])
    vault.create_token_role("ci", allowed_policies="shop", orphan=True)
    assert vault.list_token_roles()["data"]["keys"] == ["ci"]
    assert vault.token_role("ci")["data"]["orphan"] is True
    assert vault.create_token(role="ci")["auth"]["orphan"] is True
    vault.delete_token_role("ci")


def wrapping():
    vault = client()
    made = vault.create_token(policies=["shop"], wrap_ttl="60s")["wrap_info"]
    assert vault.write("sys/wrapping/lookup", token=made["token"])["data"]["creation_path"] == "auth/token/create"
    inside = vault.sys.unwrap(made["token"])["auth"]
    assert inside["policies"] == ["default", "shop"]
    refused(hvac.exceptions.InvalidRequest, vault.sys.unwrap, made["token"])
    vault.write("cubbyhole/note", a="b")
    assert vault.read("cubbyhole/note")["data"] == {"a": "b"}


def database():
    vault = client()
    assert vault.secrets.database.list_connections()["data"]["keys"] == ["main"]
    assert vault.secrets.database.list_roles()["data"]["keys"] == ["reader"]
    creds = app_client().secrets.database.generate_credentials("reader")
    lease = creds["lease_id"]
    assert vault.sys.read_lease(lease)["data"]["renewable"] is True
    assert lease.split("/")[-1] in vault.sys.list_leases("database/creds/reader")["data"]["keys"]
    assert vault.sys.renew_lease(lease, increment=60)["lease_duration"] == 60
    vault.sys.revoke_lease(lease)
    vault.secrets.database.generate_credentials("reader")
    vault.sys.revoke_prefix("database/creds/reader")
    print(json.dumps(creds["data"]))


def static_role():
    vault = client().secrets.database
    statements = ["ALTER USER \"{{name}}\" WITH PASSWORD '{{password}}';"]
    vault.create_static_role("clerk", "main", "clerk", statements, rotation_period=3600)
    assert vault.list_static_roles()["data"]["keys"] == ["clerk"]
    first = vault.get_static_credentials("clerk")["data"]
    assert first["username"] == "clerk" and 3500 < first["ttl"] <= 3600, first
    client().write("database/rotate-role/clerk")
    second = vault.get_static_credentials("clerk")["data"]
    assert second["password"] != first["password"]
    vault.configure("steward", "postgresql-database-plugin", verify_connection=True, allowed_roles=[],
                    connection_url=os.environ["STEWARD_URL"], username="steward", password="first-of-the-steward")
    vault.rotate_root_credentials("steward")
    vault.rotate_root_credentials("steward")
    vault.delete_connection("steward")
    vault.delete_static_role("clerk")
    print(json.dumps([first, second]))



def password_policy():
    vault = client()
    text = 'length = 24\nrule "charset" {\n  charset = "abcdefghijklmnopqrstuvwxyz"\n  min-chars = 1\n}\n'
    vault.write("sys/policies/password/strong", policy=text)
    assert vault.read("sys/policies/password/strong")["data"] == {"policy": text}
    assert vault.list("sys/policies/password")["data"]["keys"] == ["strong"]
    password = vault.read("sys/policies/password/strong/generate")["data"]["password"]
    assert len(password) == 24 and password.isalpha(), password
    vault.delete("sys/policies/password/strong")
    assert vault.read("sys/policies/password/strong") is None


globals()[sys.argv[1]]()
