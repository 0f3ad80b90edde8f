"""A back-end in Python that knows Zaguan's address and nothing else: verifies each token of the arguments, prints its claims, a line each."""
import json
import sys
import urllib.request

import jwt

address, audience, *tokens = sys.argv[1:]
with urllib.request.urlopen(address + "/.well-known/openid-configuration") as answer:
    discovered = json.load(answer)
keys = jwt.PyJWKClient(discovered["jwks_uri"])
for token in tokens:
    try:
        key = keys.get_signing_key_from_jwt(token).key
        claims = jwt.decode(token, key, algorithms=discovered["id_token_signing_alg_values_supported"], audience=audience, issuer=address, options={"require": ["exp", "iat", "iss", "aud"]})
        print(json.dumps(claims))
    except jwt.exceptions.PyJWTError as error:
        print(type(error).__name__)
