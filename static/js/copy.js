// A button that copies what stands in a field. Without this the field can be selected and copied.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.done;
    } catch {
      // Not allowed here: it is selected, so that the keyboard copies it.
    }
  });
}
