"""What can be done about a record on a bad day, for screens and commands alike. Nothing here deletes a record.

copying   a backup, and back again              make_backup  restore_backup
damage    look, and save what still reads       look_over  save_what_reads  copies  put_copy_back
support   one file for those who help           copy_for_support
aside     out of the way, and back again        set_aside  asides  bring_back  drop_aside  (app/aside.py)
          gone for good                         drop_own, with its passcode or after a week

Functions that take long call `progress(done, total)` and give up with BackupStopped once `stop()` is true. They
block: run them in a thread. The profile must be held and, but for a backup, the record closed: an app that shows
windows runs them in `app.while_closed`.
"""

from app.aside import Aside, asides, bring_back, drop_aside, drop_own, set_aside
from app.mend.copying import make_backup, restore_backup
from app.mend.damage import Copy, Saved, copies, look_over, put_copy_back, save_elsewhere, save_what_reads
from app.mend.support import copy_for_support
from app.store.backup import Counts, Progress, Stop
from app.store.integrity import Report

__all__ = [
    "Aside",
    "Copy",
    "Counts",
    "Progress",
    "Report",
    "Saved",
    "Stop",
    "asides",
    "bring_back",
    "copies",
    "copy_for_support",
    "drop_aside",
    "drop_own",
    "look_over",
    "make_backup",
    "put_copy_back",
    "restore_backup",
    "save_elsewhere",
    "save_what_reads",
    "set_aside",
]
