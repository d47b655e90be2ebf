"""A first program: upload a picture, transform it, store the result and download it.

    FILESTACK_API_KEY=... FILESTACK_APP_SECRET=... python3 quickstart.py picture.png

With filestack-local, which needs no account and says by environment variables where it is:

    filestack-local --secret demo-secret -- python3 quickstart.py picture.png
"""
import os
import sys
import time

import filestack


def make_client(kind=filestack.Client):
    """A client of filestack-local or of Filestack, as the environment says, whose calls are signed for an hour."""
    prefix = "FILESTACK_LOCAL_" if "FILESTACK_LOCAL_API_KEY" in os.environ else "FILESTACK_"
    secret = os.environ.get(prefix + "APP_SECRET")
    # A policy without "call" allows everything. Programs for end users get theirs from a server: it needs the secret.
    security = filestack.Security({"expiry": int(time.time()) + 3600}, secret) if secret else None
    url = os.environ.get("FILESTACK_LOCAL_URL")
    return kind(os.environ.get(prefix + "API_KEY"), base_url=url, security=security)


def main(path):
    image = make_client().upload(path)
    print("uploaded:   ", image.url)
    print("metadata:   ", image.metadata("size", "mimetype", "width", "height"))

    # Nothing happens before the result is asked for.
    small = image.resize(width=480).sepia(tone=60)
    print("transformed:", small.url)

    stored = small.store(filename="small.png")
    stored.download("small.png")
    print("stored:     ", stored.url, stored.metadata("width", "height"))
    print("downloaded: ", f"small.png, {os.path.getsize('small.png')} bytes")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "picture.png")
    except filestack.Error as error:
        sys.exit(str(error))
