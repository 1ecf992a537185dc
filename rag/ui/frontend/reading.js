// Shows a document that was asked for in the sidebar, with nothing lit up in it.

function showReading(desk, before, { reading }) {
  if (!reading.document || reading.serial === (before?.reading.serial ?? 0)) return;
  desk.openSheet();
  desk.pane.present([], reading.document);
  desk.press(null);
}
