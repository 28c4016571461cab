"""hvac and the transit engine: every call that it has for it."""
import base64
import json
import os

import hvac

stage = json.loads(os.environ["STAGE"])
vault = hvac.Client(url=stage["address"], token=stage["root"])
transit = vault.secrets.transit


def b64(text):
    return base64.b64encode(text.encode()).decode()


vault.sys.enable_secrets_engine("transit", path="transit")
transit.create_key("app", exportable=True, allow_plaintext_backup=True)
assert "app" in transit.list_keys()["data"]["keys"]
assert transit.read_key("app")["data"]["type"] == "aes256-gcm96"

sealed = transit.encrypt_data("app", plaintext=b64("hello"))["data"]["ciphertext"]
assert transit.decrypt_data("app", ciphertext=sealed)["data"]["plaintext"] == b64("hello")
transit.rotate_key("app")
again = transit.rewrap_data("app", ciphertext=sealed)["data"]["ciphertext"]
assert again.startswith("vault:v2:"), again
many = transit.encrypt_data("app", plaintext=None, batch_input=[{"plaintext": b64("a")}, {"plaintext": b64("b")}])
opened = transit.decrypt_data("app", ciphertext=None, batch_input=many["data"]["batch_results"])
assert [one["plaintext"] for one in opened["data"]["batch_results"]] == [b64("a"), b64("b")]

made = transit.generate_data_key("app", "plaintext")["data"]
assert transit.decrypt_data("app", ciphertext=made["ciphertext"])["data"]["plaintext"] == made["plaintext"]
assert len(base64.b64decode(transit.generate_random_bytes(n_bytes=20)["data"]["random_bytes"])) == 20
assert len(transit.hash_data(b64("hello"), algorithm="sha2-256")["data"]["sum"]) == 64
code = transit.generate_hmac("app", b64("hello"), algorithm="sha2-512")["data"]["hmac"]
valid = transit.verify_signed_data("app", b64("hello"), hmac=code, hash_algorithm="sha2-512")
assert valid["data"]["valid"] is True

for kind in ("ed25519", "ecdsa-p256", "rsa-2048"):
    transit.create_key(kind, key_type=kind)
    signed = transit.sign_data(kind, b64("hello"), hash_algorithm="sha2-256")["data"]["signature"]
    assert transit.verify_signed_data(kind, b64("hello"), signature=signed, hash_algorithm="sha2-256")["data"]["valid"]
    assert not transit.verify_signed_data(kind, b64("bye"), signature=signed, hash_algorithm="sha2-256")["data"]["valid"]

assert set(transit.export_key("app", "encryption-key")["data"]["keys"]) == {"1", "2"}
backup = transit.backup_key("app")["data"]["backup"]
transit.restore_key(backup, name="copy")
assert transit.decrypt_data("copy", ciphertext=sealed)["data"]["plaintext"] == b64("hello")
transit.rotate_key("app")
transit.update_key_configuration("app", min_decryption_version=2, min_encryption_version=3, deletion_allowed=True)
transit.trim_key("app", 2)
try:
    transit.decrypt_data("app", ciphertext=sealed)
    raise AssertionError("an old version was still served")
except hvac.exceptions.InvalidRequest as error:
    assert "too old" in str(error), error
transit.delete_key("app")
try:
    transit.read_key("app")
    raise AssertionError("a deleted key was still there")
except hvac.exceptions.InvalidPath:
    pass
