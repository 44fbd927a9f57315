/**
 * `<holdfast-trace src="https://holdfast.example/embed/UID" token="hf_…">`: one connection's packets inside
 * another page. The server names the origins that may (`serve --embed-origin`); the token says what is
 * seen, and each read is on record. Height and width are the element's own.
 */
class HoldfastTrace extends HTMLElement {
  static observedAttributes = ["src", "token"];
  #frame = document.createElement("iframe");

  connectedCallback() {
    this.style.display ||= "block";
    this.style.height ||= "36rem";
    this.#frame.style.cssText = "width:100%;height:100%;border:0";
    this.#frame.title = "Packets of a connection, in Holdfast";
    this.#frame.referrerPolicy = "origin";
    this.#show();
    this.append(this.#frame);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#show();
  }

  #show() {
    const address = new URL(this.getAttribute("src") ?? "", location.href);
    if (!/^https?:$/.test(address.protocol) || !address.pathname.startsWith("/embed/")) return;
    const token = this.getAttribute("token");
    address.hash = token === null ? "" : `token=${encodeURIComponent(token)}`;
    this.#frame.src = address.href;
  }
}

customElements.define("holdfast-trace", HoldfastTrace);
