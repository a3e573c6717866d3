/** Has Swagger UI follow the theme of the platform: the one that was chosen, or else the system's. Runs before anything is drawn. */
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = (): void => {
    root.classList.toggle("dark-mode", root.dataset["theme"] ? root.dataset["theme"] === "dark" : system.matches);
  };
  system.addEventListener("change", follow);
  follow();
}
