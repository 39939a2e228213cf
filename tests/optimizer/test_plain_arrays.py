"""Copies, sums and orders of arrays in compiled code agree with numpy's own."""

import numpy as np
import pytest

from optimizer.plain_arrays import ascending, copy_rows_to, copy_to, greatest, least, total


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_numpy(seed):
    """Of whole arrays, and of columns, whose values do not lie side by side."""
    rng = np.random.default_rng(seed)
    table = rng.integers(-3, 4, (5, 7)) / 2
    for values in (table[2], table[:, 3], table[0, :0]):
        assert total(values) == sum(values.tolist())
        assert (least(values), greatest(values)) == (values.min(initial=np.inf), values.max(initial=-np.inf))
        assert ascending(values).tolist() == sorted(range(len(values)), key=lambda at, own=values: own[at])
        target = np.full((len(values), 2), 9.0)
        copy_to(values, target[:, 1])
        assert target.tolist() == [[9.0, value] for value in values.tolist()]
    copied = np.zeros_like(table)
    copy_rows_to(table, copied)
    assert (copied == table).all()
