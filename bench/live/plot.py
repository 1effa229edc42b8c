"""Draws how cost grows."""

from html import escape
from math import log

WIDTH, HEIGHT, LEFT, TOP = 360, 240, 56, 40
COLOURS = {"ours": "#b4462c", "peer": "#55606b"}
NAMES = {"ours": "Flamingo", "peer": "Hocuspocus"}
Points = list[tuple[str, int, float]]


def growth(panels: dict[str, Points]) -> str:
    """A panel for each, cost of an edit over how many; both scales logarithmic."""
    drawn = "".join(_panel(n, title, points) for n, (title, points) in enumerate(panels.items()))
    size = f'viewBox="0 0 {len(panels) * (WIDTH + LEFT + 24)} {HEIGHT + TOP + 48}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>\n'
    )


def _panel(number: int, title: str, points: Points) -> str:
    counts = [count for _, count, _ in points]
    costs = [cost for _, _, cost in points]
    low, high = min(costs) / 1.2, max(costs) * 1.2

    def x(count: float) -> float:
        return WIDTH * log(count / min(counts)) / max(log(max(counts) / min(counts)), 1e-9)

    def y(cost: float) -> float:
        return HEIGHT * (1 - log(cost / low) / log(high / low))

    parts = [f'<text x="0" y="-14">µs of CPU for an edit, by {escape(title)}</text>']
    parts += [f'<path d="M0 0V{HEIGHT}H{WIDTH}" fill="none" stroke="#888"/>']
    for count in sorted(set(counts)):
        parts.append(
            f'<text x="{x(count):.0f}" y="{HEIGHT + 16}" text-anchor="middle">{count}</text>'
        )
    for cost in (10 * 2**n for n in range(12)):
        if low <= cost <= high:
            parts.append(f'<text x="-6" y="{y(cost) + 4:.0f}" text-anchor="end">{cost}</text>')
    for at, side in enumerate(dict.fromkeys(side for side, _, _ in points)):
        line = [(x(count), y(cost)) for one, count, cost in points if one == side]
        path = " ".join(f"{a:.0f},{b:.0f}" for a, b in line)
        colour = COLOURS[side]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.0f}" cy="{b:.0f}" r="3" fill="{colour}"/>' for a, b in line]
        parts.append(f'<text x="{at * 90}" y="{HEIGHT + 36}" fill="{colour}">{NAMES[side]}</text>')
    return f'<g transform="translate({LEFT + number * (WIDTH + LEFT + 24)} {TOP})">{"".join(parts)}</g>'
