# SPDX-FileCopyrightText: 2026 Ministero del Lavoro e delle Politiche Sociali
# SPDX-License-Identifier: AGPL-3.0-or-later

"""The content security policy of every page, in the dictionary form of django-csp 4.

Only code that carries the nonce of its own answer runs, and what it imports. Styles, fonts
and connections come from this origin alone; images may also be the `data:` backgrounds of
the design system. A page that posts to another origin (SPID, consent) adds exactly that
origin to `form-action` with `csp.decorators.csp_update`.
"""

from __future__ import annotations

from typing import Final

from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC

CONTENT_SECURITY_POLICY: Final[dict[str, object]] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, STRICT_DYNAMIC],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
