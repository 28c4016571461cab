"""hvac and the keys of a vault: init, unseal, rekey with and without verification, and a new root token."""
import base64
import json
import os

import hvac

stage = json.loads(os.environ["STAGE"])


def client(token=None):
    return hvac.Client(url=stage["address"], token=token)


vault = client()
assert not vault.sys.is_initialized()
made = vault.sys.initialize(secret_shares=3, secret_threshold=2)
vault.token = made["root_token"]
assert vault.sys.is_sealed()
assert not vault.sys.submit_unseal_keys(made["keys"][:2])["sealed"]

# Rekey, as hvac's own tests do it.
assert vault.sys.read_rekey_progress()["started"] is False
begun = vault.sys.start_rekey(secret_shares=4, secret_threshold=3)
assert begun["started"] and begun["required"] == 2, begun
vault.sys.cancel_rekey()
assert vault.sys.read_rekey_progress()["started"] is False
begun = vault.sys.start_rekey(secret_shares=4, secret_threshold=3)
done = vault.sys.rekey_multi(made["keys"][1:], nonce=begun["nonce"])
assert done["complete"] and len(done["keys"]) == 4, done
keys = done["keys"]

begun = vault.sys.start_rekey(secret_shares=2, secret_threshold=2, require_verification=True)
done = vault.sys.rekey_multi(keys[:3], nonce=begun["nonce"])
assert done["verification_required"], done
assert vault.sys.read_rekey_verify_progress()["progress"] == 0
verified = vault.sys.rekey_verify_multi(done["keys"], nonce=done["verification_nonce"])
assert verified["complete"], verified
keys = done["keys"]

vault.sys.seal()
assert vault.sys.is_sealed()
assert not vault.sys.submit_unseal_keys(keys)["sealed"]

# A new root token.
begun = vault.sys.start_root_token_generation()
otp = begun["otp"].encode()
assert vault.sys.read_root_generation_progress()["progress"] == 0
vault.sys.generate_root(keys[0], nonce=begun["nonce"])
done = vault.sys.generate_root(keys[1], nonce=begun["nonce"])
assert done["complete"], done
encoded = done["encoded_root_token"]
raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
token = bytes(a ^ b for a, b in zip(raw, otp)).decode()
assert client(token).auth.token.lookup_self()["data"]["policies"] == ["root"]

status = client(token).sys.get_encryption_key_status()
assert status["data"]["term"] == 3, status
