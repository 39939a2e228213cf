"""Give reps' pages file names that every system accepts."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_RESERVED: Final = re.compile(r"con|prn|aux|nul|com\d|lpt\d|territories|retouch", re.IGNORECASE)


def page_names(rep_ids: Sequence[str]) -> dict[str, str]:
    """Choose the name, without folder and ending, of each rep's page.

    Parameters
    ----------
    rep_ids
        All reps; ids that differ only in case get names that differ in more (some file systems know no case).

    Returns
    -------
    dict
        rep_id → name; the id itself wherever it can be a file name.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for rep_id in sorted(rep_ids):
        name = rep_id
        if not _SAFE.fullmatch(name) or _RESERVED.fullmatch(name) or name.lower() in taken:
            ascii_text = unicodedata.normalize("NFKD", rep_id).encode("ascii", "ignore").decode()
            stem = re.sub(r"[^A-Za-z0-9_-]+", "-", ascii_text).strip("-_")[:40] or "rep"
            name = f"{stem}-{hashlib.sha256(rep_id.encode()).hexdigest()[:8]}"
        taken.add(name.lower())
        names[rep_id] = name
    return names
