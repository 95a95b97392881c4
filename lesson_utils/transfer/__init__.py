"""Transfer learning: a trained encoder under a new head, and the strategies compared.

`moves` changes a network (a new head, frozen or not), `learning` trains what is not frozen, `tasks` holds what
there is to learn, `strategies` puts them together and reads the results.
"""

from lesson_utils.robustness import accuracy
from lesson_utils.transfer.learning import encode, fine_tune, train_head
from lesson_utils.transfer.moves import (
    fc_layers,
    freeze,
    fresh,
    frozen_layers,
    replace_head,
    trainable,
    unfreeze,
)
from lesson_utils.transfer.strategies import (
    STRATEGIES,
    Mistake,
    TransferResult,
    compare,
    confusion,
    prepare,
    strategies_for,
    transfer,
    worst_mistakes,
)
from lesson_utils.transfer.tasks import Task, scaled, split
