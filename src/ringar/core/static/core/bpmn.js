// Shows a BPMN drawing in [data-bpmn], and lets it be drawn where that says "edit". The page tells the same in words.
(async () => {
  "use strict";

  const place = document.querySelector("[data-bpmn]");
  if (!place || !window.BpmnJS) return;

  // bpmn-js speaks English; the page holds what it is called in the reader's language.
  const words = new Map();
  for (const word of document.querySelectorAll("[data-bpmn-word]")) words.set(word.dataset.bpmnWord, word.textContent);
  const translate = (text, facts = {}) =>
    (words.get(text) || text).replace(/{([^}]+)}/g, (_, name) => facts[name] ?? `{${name}}`);

  place.hidden = false; // before it is drawn in: what is hidden has no size
  const drawing = new window.BpmnJS({
    container: place,
    additionalModules: [{ translate: ["value", translate] }],
  });
  const canvas = drawing.get("canvas");
  const isEdited = place.dataset.bpmn === "edit";

  const fail = (error) => {
    place.hidden = true;
    const notice = document.querySelector("[data-bpmn-failed]");
    notice.hidden = false;
    notice.querySelector("[data-bpmn-why]").textContent = error.message || error;
  };

  for (const tool of document.querySelectorAll("[data-bpmn-tools]")) tool.hidden = false;
  const form = document.querySelector("form[data-bpmn-form]");
  const saved = async () => {
    const answer = await fetch(place.dataset.source);
    const xml = await answer.text();
    if (!answer.ok) throw new Error(answer.status);
    if (xml) await drawing.importXML(xml);
    else await drawing.createDiagram();
  };
  let isChanged = false;
  try {
    const refused = form && form.elements.bpmn.value; // what was drawn and could not be saved
    if (refused) {
      isChanged = true;
      await drawing.importXML(refused).catch(saved);
    } else await saved();
  } catch (error) {
    fail(error);
    return;
  }
  const fit = () => {
    canvas.zoom("fit-viewport", "auto");
    canvas.zoom(canvas.zoom() * 0.95, "auto"); // else the outermost lines are cut by the frame
  };
  fit();

  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      if (button.dataset.zoom === "fit") fit();
      else canvas.zoom(canvas.zoom() * Number(button.dataset.zoom));
    });
  }

  // What the table tells of each step is painted on the drawing.
  const elements = drawing.get("elementRegistry");
  for (const row of document.querySelectorAll("[data-bpmn-id]")) {
    if (!elements.get(row.dataset.bpmnId)) continue;
    if (row.dataset.marked) canvas.addMarker(row.dataset.bpmnId, "map-marked");
    if (!row.dataset.overlay) continue;
    const html = document.createElement("span");
    html.className = "map-note";
    html.textContent = row.dataset.overlay;
    drawing.get("overlays").add(row.dataset.bpmnId, { position: { bottom: -4, left: 0 }, html });
  }

  if (!isEdited) {
    drawing.get("zoomScroll").toggle(false); // the wheel scrolls the page
    const chosen = document.querySelector("select[name=bpmn_id]");
    drawing.on("element.click", ({ element }) => {
      const known = chosen && [...chosen.options].some((option) => option.value === element.id);
      if (known && element.id) chosen.value = element.id;
    });
    return;
  }

  let isWritten = false;
  drawing.on("commandStack.changed", () => {
    isChanged = true;
  });
  form.addEventListener("submit", async (event) => {
    if (isWritten || form.elements.file.files.length || form.elements.words.value.trim()) {
      isChanged = false;
      return;
    }
    event.preventDefault();
    const { xml } = await drawing.saveXML({ format: true });
    form.elements.bpmn.value = xml;
    isWritten = true;
    setTimeout(() => form.requestSubmit(event.submitter)); // not while the first one is still being sent
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
})();
