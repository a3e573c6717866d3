/** What a form was sent back for: a field, a group of fields, or words above all of them. */
const WRONG = '[aria-invalid="true"], .form-errors, .errorlist[role="alert"]';

/** Begin where the first error is, so that nobody has to look for it. */
export function focusFirstError(): void {
  for (const wrong of document.querySelectorAll<HTMLElement>(WRONG)) {
    if (!wrong.checkVisibility()) continue; // a select that is searched in another field
    if (!wrong.ariaInvalid) {
      if (document.querySelector("[autofocus]")) continue;
      wrong.tabIndex = -1;
    }
    const first = wrong.matches("fieldset") ? wrong.querySelector<HTMLElement>("input, select, textarea") : wrong;
    first?.focus();
    return;
  }
}
