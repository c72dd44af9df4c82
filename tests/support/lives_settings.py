"""How many lives the property machines live: always the same ones in `make test`, new ones each time under `long`.

`pytest --hypothesis-profile long tests/stories` looks for what nobody has thought of yet; a build fails only for what
has changed since.
"""

from hypothesis import HealthCheck, Phase, settings

USUAL = 100
"""How many examples the usual profile asks for."""


def lives(number: int, steps: int, *, shrinks: bool) -> settings:
    """Return the settings of a machine that lives `number` lives of up to `steps` steps, more under `long`.

    Without `shrinks` a life that fails is shown as it was lived: where steps are dear, only `long` takes the minutes to
    find the shortest one.
    """
    examples = settings().max_examples
    return settings(
        max_examples=max(1, number * examples // USUAL),
        stateful_step_count=steps,
        derandomize=examples <= USUAL,
        phases=[Phase.generate, Phase.shrink] if shrinks or examples > USUAL else [Phase.generate],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
