"""Linear prediction that learns as it goes: of pixels and samples from their neighbours, in whole numbers only.

A value is predicted from the one a step before and from differences of its neighbours, in two stages. The weights of
the first are those that would have been best lately: sums of products are kept, and now and then one sweep of
Gauss-Seidel brings the weights nearer to the solution of their normal equations. The second stage sees what the first
did wrong at neighbours and follows the gradient, normalised. Both sides compute the same, so no weights are written.
"""

from typing import Any

import numpy as np

from compression.engine.kernels import helper, kernel

ONE = 1 << 16
"""A weight of one."""
MOST_WEIGHT = 8 * ONE
MOST_INPUT = 1 << 18
"""Differences are cut to this, so that no sum of products is out of range."""
MOST_SUM = 1 << 36
RIDGE = 14
FLOOR = 20


@helper
def cut(value: Any) -> Any:
    """A difference within bounds."""
    return min(max(value, -MOST_INPUT), MOST_INPUT)


@helper
def sweep(products: Any, targets: Any, weights: Any) -> None:
    """Bring each weight to its best value, the others being what they are."""
    count = len(weights)
    most: Any = np.int64(1)
    for k in range(count):
        most = max(most, products[k, k], abs(targets[k]))
    shift = np.int64(0)
    while most >> shift > MOST_SUM:
        shift += 1
    ridge = (most >> shift >> RIDGE) + 1
    for k in range(count):
        left = ((targets[k] >> shift) << 16) - ridge * weights[k]
        for j in range(count):
            left -= (products[max(k, j), min(k, j)] >> shift) * weights[j]
        change = left // ((products[k, k] >> shift) + ridge)
        weights[k] = min(max(weights[k] + change, -MOST_WEIGHT), MOST_WEIGHT)


@helper
def forget(products: Any, targets: Any, by: Any) -> None:
    """Let what was long ago count less."""
    for k in range(len(targets)):
        targets[k] -= targets[k] >> by
        for j in range(k + 1):
            products[k, j] -= products[k, j] >> by


@helper
def learn(products: Any, targets: Any, inputs: Any, target: Any) -> None:
    """Add what one value shows."""
    for k in range(len(inputs)):
        value = inputs[k]
        targets[k] += value * target
        for j in range(k + 1):
            products[k, j] += value * inputs[j]


@helper
def descend(weights: Any, seen: Any, gain: Any) -> None:
    """Follow the gradient of the error."""
    for k in range(len(seen)):
        weight = weights[k] + ((gain * seen[k] + ONE // 2) >> 16)
        weights[k] = min(max(weight, -MOST_WEIGHT), MOST_WEIGHT)


@helper
def foreseen(values: Any, i: Any, pairs: Any, weights: Any, channel: Any, inputs: Any, drop: Any) -> Any:
    """What the first stage predicts for value `i`; fills `inputs`."""
    guess = np.int64(0)
    for k in range(len(pairs)):
        a, b = i - pairs[k, 0], i - pairs[k, 1]
        inputs[k] = cut((np.int64(values[a]) - np.int64(values[b])) >> drop) if a >= 0 and b >= 0 else 0
        guess += weights[channel, k] * inputs[k]
    return guess


@helper
def corrected(wrong: Any, i: Any, errors: Any, weights: Any, channel: Any, seen: Any) -> Any:
    """What the second stage adds to that, and the energy of what it saw; fills `seen`."""
    energy, correction = np.int64(FLOOR), np.int64(0)
    for k in range(len(errors)):
        a = i - errors[k]
        seen[k] = wrong[a] if a >= 0 else 0
        energy += seen[k] * seen[k]
        correction += weights[channel, k] * seen[k]
    return correction, energy


@helper
def settle(values: Any, folded: Any, i: Any, expected: Any, least: Any, mask: Any, decoding: Any) -> Any:
    """Code value `i` by what was expected, or decode it; returns the value."""
    half = (mask + 1) >> 1
    if decoding:
        code = np.int64(folded[i])
        value = ((expected + ((code >> 1) ^ -(code & 1)) - least) & mask) + least
        values[i] = value
    else:
        value = np.int64(values[i])
        error = ((value - expected + half) & mask) - half
        folded[i] = ((error << 1) ^ (error >> 63)) & mask
    return value


@kernel(
    "void(int32[::1], uint32[::1], int64, int64, int64[:,::1], int64[::1], int64, int64, int64, int64, int64)"
)
def run(
    values: Any,
    folded: Any,
    decoding: int,
    step: int,
    pairs: Any,
    errors: Any,
    bits: int,
    least: int,
    drop: int,
    reach: int,
    rate: int,
) -> None:
    """Fill `folded` from `values`, or the other way around where `decoding`; both are of the same length.

    `pairs`: two distances each, whose difference is an input of the first stage; `errors`: the distances of the inputs
    of the second. All distances are above 0. Values have `bits` bits and begin at `least`; inputs are shifted down
    by `drop`. About 2 to the power of `reach` values count; `rate` is how fast the second stage learns.
    """
    count = min(len(values), len(folded))
    one, two = len(pairs), len(errors)
    pace = min(max(reach - 4, 3), 5)
    every = np.int64(1) << pace
    mask = (np.int64(1) << bits) - 1
    products, targets = np.zeros((step, one, one), np.int64), np.zeros((step, one), np.int64)
    first, second = np.zeros((step, one), np.int64), np.zeros((step, two), np.int64)
    inputs, seen = np.zeros(one, np.int64), np.zeros(two, np.int64)
    wrong = np.zeros(count, np.int32)
    channel = turn = np.int64(0)
    for i in range(count):
        base = np.int64(values[i - step]) if i >= step else np.int64(0)
        guess = foreseen(values, i, pairs, first, channel, inputs, drop)
        correction, energy = corrected(wrong, i, errors, second, channel, seen)
        expected: Any = base + (((guess + correction) << drop) + ONE // 2 >> 16)
        expected = min(max(expected, least), least + mask)
        value = settle(values, folded, i, expected, least, mask, decoding)
        target = cut((value - base) >> drop)
        missed = (target << 16) - guess
        wrong[i] = cut((missed + ONE // 2) >> 16)
        descend(second[channel], seen, ((missed - correction) << rate) // energy)
        learn(products[channel], targets[channel], inputs, target)
        if turn % every == every - 1:
            sweep(products[channel], targets[channel], first[channel])
            forget(products[channel], targets[channel], reach - pace)
        channel += 1
        if channel == step:
            channel = np.int64(0)
            turn += 1
