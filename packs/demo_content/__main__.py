"""Makes packs/*/demo: see base.py."""
import base
import enterprise  # noqa: F401  (order matters: one stream of random numbers)
import rectification  # noqa: F401
import petitions  # noqa: F401
import credit  # noqa: F401
import enforcement  # noqa: F401
import rights  # noqa: F401

base.flush()
