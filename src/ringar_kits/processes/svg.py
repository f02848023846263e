"""Draws the graph as SVG: no style, script or font of its own, so that it stands under a strict content policy.

Alone it is black on white; on a page it takes the page's text colour. The style sheet may colour its classes:
`process-` and `step`, `line`, `return` (a line back), `label`, `bed` (below texts), `end` or `key`.
"""

import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import sqrt
from xml.sax.saxutils import escape

from ringar_kits.processes.drawn import Drawn, choose
from ringar_kits.processes.layers import Wire
from ringar_kits.processes.layout import Box, Layout, Point, lay_out
from ringar_kits.processes.model import Edge, ProcessGraph, Step
from ringar_kits.processes.words import WORDS, Language, figure, span

CAPITAL, LETTER = 9.9, 8.3  # bold letters of 13 px, in pixels, as wide as in the widest common font
SMALL = 6.1  # of 11.5 px
LINE = 17.0
WIDEST = 24  # letters in a line of a step's name
MARGIN = 16.0
BOLD, FINE = ' font-weight="600"', ' font-size="11.5"'
FONT = 'font-family="system-ui, sans-serif"'


def graph_svg(graph: ProcessGraph, *, show: float = 0.9, language: Language = "sv") -> str:
    """Return the picture of the most common paths that together have at least `show` (0 to 1) of the cases.

    Line width grows with volume; each line tells its volume and median wait; lines back to a step that was passed are
    dashed. Each element has a `<title>` with more, and the table of `edge_rows` tells the same without a picture.
    """
    return _Picture(graph, choose(graph, show), WORDS[language], language).draw()


class _Picture:
    def __init__(
        self, graph: ProcessGraph, drawn: Drawn, words: Mapping[str, str], language: Language
    ) -> None:
        self.graph, self.drawn, self.words, self.language = graph, drawn, words, language
        self.steps = drawn.steps
        number = {step.name: place for place, step in enumerate(self.steps)}
        begin, finish = len(self.steps), len(self.steps) + 1
        self.wires = [Wire(number[edge.before], number[edge.after], edge.events) for edge in drawn.edges]
        self.wires += [Wire(begin, number[step.name], step.starts) for step in drawn.starts]
        self.wires += [Wire(number[step.name], finish, step.ends) for step in drawn.ends]
        self.texts = [self.edge_text(edge) for edge in drawn.edges]
        self.texts += [figure(step.starts, language) for step in drawn.starts]
        self.texts += [figure(step.ends, language) for step in drawn.ends]
        self.most = max((wire.weight for wire in self.wires), default=1)

    def edge_text(self, edge: Edge) -> str:
        return f"{figure(edge.events, self.language)} · {span(edge.wait.median, self.language)}"

    def draw(self) -> str:
        names = [_wrapped(step.name) for step in self.steps]
        beside = {
            wire.source: 6 + SMALL * len(text)
            for wire, text in zip(self.wires, self.texts, strict=True)
            if wire.source == wire.target
        }
        boxes = [_box(lines, beside.get(number, 0.0)) for number, lines in enumerate(names)] + [
            Box(max(64.0, 22.0 * len(ends)), 30) for ends in (self.drawn.starts, self.drawn.ends)
        ]
        labels = [Box(SMALL * len(text), LINE) for text in self.texts]
        layout = lay_out(boxes, self.wires, labels)
        loops = self.loops(layout, boxes)
        wide = max(60, int(layout.width / SMALL))
        key = [line for text in self.key() for line in textwrap.wrap(text, wide)]
        width = max([layout.width, *(right for _, right in loops), *(SMALL * len(line) for line in key)])
        width, top = width + 2 * MARGIN, layout.height + 2 * MARGIN
        height = top + LINE * len(key) + MARGIN / 2
        title = self.say("map", cases=self.graph.cases, steps=len(self.steps), edges=len(self.drawn.edges))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="process-map" role="img" lang="{self.language}"'
            f' width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
            f' {FONT} font-size="13"><title>{escape(title)}</title>',
            f'<g transform="translate({MARGIN:.0f} {MARGIN:.0f})">',
            *self.lines(layout),
            *self.labels(layout),
            *(
                self.step(place, lines, box, step)
                for place, lines, box, step in zip(layout.places, names, boxes, self.steps, strict=False)
            ),
            *self.ends(layout, boxes),
            *(mark for mark, _ in loops),
            "</g>",
            *(
                f'<text class="process-key" x="{MARGIN:.0f}" y="{top + LINE * (number + 0.5):.0f}"'
                f'{FINE} fill="currentColor">{escape(line)}</text>'
                for number, line in enumerate(key)
            ),
            "</svg>",
        ]
        return "\n".join(parts)

    def say(self, word: str, **facts: object) -> str:
        told = {
            key: figure(fact, self.language) if isinstance(fact, int) else fact for key, fact in facts.items()
        }
        return self.words[word].format_map(told)

    def key(self) -> Iterator[str]:
        """What stands below the picture."""
        shown = (
            f"{100 * self.drawn.share:.0f} %" if self.language == "sv" else f"{100 * self.drawn.share:.0f}%"
        )
        word = "shown_one" if self.drawn.variants == 1 else "shown"
        yield self.say(word, variants=self.drawn.variants, all=len(self.graph.variants), share=shown)
        if self.drawn.left:
            yield self.say("more", count=self.drawn.left)
        yield self.words["key" if self.graph.is_timed else "key_all"]
        if any(map(self.is_return, range(len(self.drawn.edges)))):
            yield self.words["key_return"]

    def title_of(self, number: int) -> str:
        edges, starts = self.drawn.edges, self.drawn.starts
        if number >= len(edges) + len(starts):
            step = self.drawn.ends[number - len(edges) - len(starts)]
            return self.say("finish", cases=step.ends, name=step.name)
        if number >= len(edges):
            step = starts[number - len(edges)]
            return self.say("begin", cases=step.starts, name=step.name)
        edge = edges[number]
        parts = [
            self.say("edge", before=edge.before, after=edge.after, events=edge.events, cases=edge.cases),
            self.say(
                "wait", median=span(edge.wait.median, self.language), p90=span(edge.wait.p90, self.language)
            ),
        ]
        if edge.returns:
            parts.append(self.say("returns", events=edge.returns))
        return "; ".join(parts)

    def is_return(self, number: int) -> bool:
        edges = self.drawn.edges
        return number < len(edges) and 2 * edges[number].returns > edges[number].events

    def stroke(self, number: int) -> float:
        return 1 + 6 * sqrt(self.wires[number].weight / self.most)

    def path(self, number: int, course: str, tip: Point, way: float) -> str:
        """A line and its arrow, whose head points down (`way` 1), up (-1) or to the left (0)."""
        kind = "process-line process-return" if self.is_return(number) else "process-line"
        dash = ' stroke-dasharray="7 5"' if self.is_return(number) else ""
        size = 4 + self.stroke(number) * 0.6
        x, y = tip
        back = [(x - size, y - way * 1.7 * size), (x + size, y - way * 1.7 * size)]
        if not way:
            back = [(x + 1.7 * size, y - size), (x + 1.7 * size, y + size)]
        head = " ".join(f"{px:.1f},{py:.1f}" for px, py in [tip, *back])
        return (
            f'<g class="{kind}"><title>{escape(self.title_of(number))}</title>'
            f'<path d="{course}" fill="none" stroke="currentColor" stroke-opacity="0.55"'
            f' stroke-width="{self.stroke(number):.1f}"{dash}/>'
            f'<polygon points="{head}" fill="currentColor"/></g>'
        )

    def lines(self, layout: Layout) -> Iterator[str]:
        # The heaviest lie uppermost
        for number in sorted(layout.lines, key=lambda number: self.wires[number].weight):
            points = list(layout.lines[number])
            tip, way = points[-1], 1.0 if points[-1][1] > points[0][1] else -1.0
            points[-1] = tip[0], tip[1] - way * (4 + self.stroke(number) * 0.6)
            yield self.path(number, _curve(points), tip, way)

    def loops(self, layout: Layout, boxes: list[Box]) -> list[tuple[str, float]]:
        """Lines from a step to itself, at its right side, and how far each reaches."""
        found = []
        for number, wire in enumerate(self.wires):
            if wire.source == wire.target:
                (x, y), box = layout.places[wire.source], boxes[wire.source]
                side, far = x + box.width / 2, x + box.width / 2 + 22
                bow = f"{far:.1f} {y + 20:.1f} {far:.1f} {y - 20:.1f} {side + 9:.1f} {y - 10:.1f}"
                course = f"M{side:.1f} {y + 12:.1f} C{bow}"
                mark = self.path(number, course, (side, y - 10), 0)
                long = SMALL * len(self.texts[number])
                found.append((mark + self.label(number, (side + 6 + long / 2, y + 24)), side + 6 + long))
        return found

    def labels(self, layout: Layout) -> Iterator[str]:
        return (self.label(number, place) for number, place in layout.labels.items())

    def label(self, number: int, place: Point) -> str:
        text, (x, y) = self.texts[number], place
        width = SMALL * len(text)
        return (
            f'<g class="process-label"><title>{escape(self.title_of(number))}</title>'
            f'<rect class="process-bed" x="{x - width / 2:.1f}" y="{y - LINE / 2:.1f}" width="{width:.1f}"'
            f' height="{LINE:.0f}" rx="4" fill="Canvas"/>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}" font-size="11.5" text-anchor="middle"'
            f' fill="currentColor">{escape(text)}</text></g>'
        )

    def step(self, place: Point, lines: list[str], box: Box, step: Step) -> str:
        (x, y), said = place, [self.say("step", name=step.name, events=step.events, cases=step.cases)]
        if step.repeated:
            said.append(self.say("again", cases=step.repeated))
        if step.service:
            took, longer = (span(each, self.language) for each in (step.service.median, step.service.p90))
            said.append(self.say("service", median=took, p90=longer))
        shade = 0.05 + 0.2 * step.cases / self.graph.cases
        below = figure(step.events, self.language)
        if step.service:
            below += f" · {span(step.service.median, self.language)}"
        first = y - LINE * (len(lines) + 1) / 2 + LINE * 0.75
        texts = [
            f'<text x="{x:.1f}" y="{first + LINE * number:.1f}" text-anchor="middle" fill="currentColor"'
            f"{BOLD if number < len(lines) else FINE}>{escape(line)}</text>"
            for number, line in enumerate([*lines, below])
        ]
        return (
            f'<g class="process-step"><title>{escape("; ".join(said))}</title>'
            + _frame(x, y, box, 'class="process-bed" fill="Canvas"')
            + _frame(x, y, box, f'fill="currentColor" fill-opacity="{shade:.2f}" stroke="currentColor"')
            + "".join(texts)
            + "</g>"
        )

    def ends(self, layout: Layout, boxes: list[Box]) -> Iterator[str]:
        for word, number in (("start", len(self.steps)), ("end", len(self.steps) + 1)):
            (x, y), box = layout.places[number], boxes[number]
            yield (
                '<g class="process-end">'
                + _frame(
                    x,
                    y,
                    box,
                    'class="process-bed" fill="Canvas" stroke="currentColor" stroke-width="2"',
                )
                + f'<text x="{x:.1f}" y="{y + 4.5:.1f}" text-anchor="middle" fill="currentColor">'
                + f"{self.words[word]}</text></g>"
            )


def _frame(x: float, y: float, box: Box, look: str) -> str:
    return (
        f'<rect x="{x - box.width / 2:.1f}" y="{y - box.height / 2:.1f}" width="{box.width:.1f}"'
        f' height="{box.height:.1f}" rx="{min(9.0, box.height / 2):.0f}" {look}/>'
    )


def _curve(points: list[Point]) -> str:
    """A line that leaves and reaches every point upright."""
    course = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        same = abs(x - to_x) < 0.5
        course.append(
            f"L{to_x:.1f} {to_y:.1f}"
            if same
            else f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
        )
    return " ".join(course)


def _box(lines: list[str], beside: float) -> Box:
    longest = max(sum(CAPITAL if letter.isupper() else LETTER for letter in line) for line in lines)
    return Box(max(70.0, longest + 18), LINE * (len(lines) + 1) + 12, beside)


def _wrapped(name: str) -> list[str]:
    """At most three lines; the whole name stands in the title."""
    lines = textwrap.wrap(name, WIDEST, max_lines=3, placeholder=" …")
    return lines or [name[:WIDEST]]
