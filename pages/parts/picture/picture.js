// Paints an SVG onto a canvas of twice its size and hands it over as a PNG; nothing is asked of the server.
const SCALE = 2;

export default function ({ data, parentElement }) {
  let button = parentElement.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "picture";
    parentElement.append(button);
  }
  button.textContent = data.label;
  button.onclick = async () => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(data.svg)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * image.width;
    canvas.height = SCALE * image.height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    link.download = data.name;
    link.click();
  };
}
