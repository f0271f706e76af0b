"""What must hold: after every step, and when everything has come to rest. Each says in words what it means."""

from __future__ import annotations

from collections.abc import Callable

from tests.sync.model.invariants.i01_home import every_write_has_a_home
from tests.sync.model.invariants.i02_memory import the_clinic_keeps_its_word
from tests.sync.model.invariants.i03_convergence import devices_end_up_equal
from tests.sync.model.invariants.i04_settled import settled_rows_are_exact
from tests.sync.model.invariants.i05_caught_up import caught_up_means_equal
from tests.sync.model.invariants.i06_once import effects_happen_once
from tests.sync.model.invariants.i07_unseen import nothing_is_overwritten_unseen
from tests.sync.model.invariants.i08_dead import the_dead_stay_dead
from tests.sync.model.invariants.i09_loss import nothing_is_lost
from tests.sync.model.invariants.i10_order import changes_apply_in_order
from tests.sync.model.invariants.i11_isolation import patients_stay_apart
from tests.sync.model.invariants.i12_revocation import ended_access_leaves_nothing
from tests.sync.model.invariants.i13_restore import a_restored_clinic_is_offered_everything, and_takes_it
from tests.sync.model.invariants.i14_evolution import unknown_fields_survive
from tests.sync.model.invariants.i15_sealed import and_rest_sealed, sealed_words_stay_sealed
from tests.sync.model.invariants.i18_doubt import far_less_is_doubted
from tests.sync.model.invariants.i19_fields import each_field_by_itself
from tests.sync.model.invariants.i20_copies import no_copy_without_need
from tests.sync.model.world import World

Check = Callable[[World], None]
AFTER_EVERY_STEP: tuple[Check, ...] = (
    patients_stay_apart,
    every_write_has_a_home,
    the_clinic_keeps_its_word,
    settled_rows_are_exact,
    caught_up_means_equal,
    effects_happen_once,
    nothing_is_overwritten_unseen,
    the_dead_stay_dead,
    nothing_is_lost,
    changes_apply_in_order,
    ended_access_leaves_nothing,
    a_restored_clinic_is_offered_everything,
    unknown_fields_survive,
    sealed_words_stay_sealed,
    far_less_is_doubted,
    each_field_by_itself,
    no_copy_without_need,
)
AT_REST: tuple[Check, ...] = (devices_end_up_equal, and_takes_it, and_rest_sealed)
