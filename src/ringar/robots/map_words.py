"""What the kit of processes says of logs and maps, listed for translation (ringar.core.kit_words shows it)."""

from django.utils.translation import gettext_noop

PLACES = (gettext_noop("trace"), gettext_noop("event"))
LOGS = (
    gettext_noop("the column {column} tells who did it"),
    gettext_noop("Choose another: nobody is timed"),
    gettext_noop("a table does not say by itself what is what"),
    gettext_noop("Name the columns of case, activity and time"),
    gettext_noop("the file has more than {most:,} MB"),
    gettext_noop("Split it"),
    gettext_noop("there is no column {missing}"),
    gettext_noop("Choose among those that are there: {columns}"),
    gettext_noop("{column} is empty"),
    gettext_noop("Fill it in, or leave the row out"),
    gettext_noop("there are no events"),
    gettext_noop("Give a log with at least one event"),
    gettext_noop("there are {count:,} different activities, and at most {most:,} are mapped"),
    gettext_noop("Choose the column with the name of the step"),
    gettext_noop("the case '{name}…' has {length:,} characters"),
    gettext_noop("the activity '{name}…' has {length:,} characters"),
    gettext_noop("the case has no name"),
    gettext_noop("the activity has no name"),
    gettext_noop("Each needs a name of 1 to {most} characters; check the column"),
    gettext_noop("{with_zone:,} times have a time zone and {without:,} have none"),
    gettext_noop("Give all of them one (+01:00), or none"),
    gettext_noop("{count:,} events have no sequence number"),
    gettext_noop("Number all of them, or none"),
    gettext_noop("'{text}' is not a time that can be read"),
    gettext_noop("the time is empty"),
    gettext_noop("Write it as 2026-03-02 13:45:00, with +01:00 after it if you know the time zone"),
    gettext_noop("'{text}' is not a sequence number"),
    gettext_noop("Give whole numbers"),
    gettext_noop("unpacked it has more than {most:,} MB"),
    gettext_noop("the file cannot be read ({error})"),
    gettext_noop("Fetch it anew from its source"),
    gettext_noop("this is XML but not XES"),
    gettext_noop("Give a file whose root is <log>"),
    gettext_noop("the event has no {key}"),
    gettext_noop("Choose among what it has: {others}"),
)
MARKUP = (
    gettext_noop("the file has a document type (DTD), which could fetch or unfold anything"),
    gettext_noop("Remove <!DOCTYPE …> and what belongs to it"),
    gettext_noop("this is not well-formed XML ({error})"),
    gettext_noop("Fetch the file anew from its source, or check it with its maker"),
    gettext_noop("elements are nested more than {most} deep"),
    gettext_noop("Check its maker"),
)
MAPS = (
    gettext_noop("this is XML but not BPMN 2.0"),
    gettext_noop("Save the map as BPMN 2.0 XML; its root is <definitions>"),
    gettext_noop("there is no process in the map"),
    gettext_noop("Draw at least one step"),
    gettext_noop("the map has more than {most:,} elements"),
    gettext_noop("Draw it in parts"),
    gettext_noop("the id '{id}' stands twice"),
    gettext_noop("an element has no id"),
    gettext_noop("Save the map anew in a BPMN editor"),
    gettext_noop("the flow {flow} leads to '{end}', which is not there"),
    gettext_noop("Remove the flow, or draw what it leads to"),
)
OWN = (
    gettext_noop("a step's name holds a personal number"),
    gettext_noop("Choose the column with the name of the step, or take the numbers out of the file"),
)
"""What the room itself says of a log in the kit's manner."""
NOTES = (
    gettext_noop("{count:,} pairs of neighbours in a case have the same time; sequence numbers order them"),
    gettext_noop(
        "{count:,} pairs of neighbours in a case have the same time; the file's order was taken for theirs"
    ),
    gettext_noop("{count:,} of these have the same sequence number too, and stand as in the file"),
    gettext_noop("{count:,} sequence numbers fall though the time rises; the time was believed"),
    gettext_noop("{count:,} rows of other lifecycles than start and complete were left out"),
    gettext_noop("{count:,} steps began and never ended"),
)
