// Passkeys. Each form says what it is for: data-passkey="login", "use" or "add". Without this file
// the forms stay hidden or say that they need it; passwords, codes and mails need none.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

async function options(form) {
  if (form.dataset.passkey !== "login") return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(form.action, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  if (!answer.ok) throw new Error("no options");
  return answer.json();
}

async function made({ creation_options: { publicKey } }) {
  const key = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: listed(publicKey.excludeCredentials),
    },
  });
  return {
    response: { attestationObject: text(key.response.attestationObject), transports: key.response.getTransports?.() ?? [] },
    key,
  };
}

async function used({ request_options: { publicKey } }) {
  const key = await navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: listed(publicKey.allowCredentials) },
  });
  const { authenticatorData, signature, userHandle } = key.response;
  return {
    response: {
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
    key,
  };
}

async function send(form) {
  const failed = form.querySelector("[data-passkey-failed]");
  const button = form.querySelector("[type=submit]");
  failed.hidden = true;
  button.disabled = true;
  try {
    const { response, key } = await (form.dataset.passkey === "add" ? made : used)(await options(form));
    form.elements.credential.value = JSON.stringify({
      id: key.id,
      rawId: text(key.rawId),
      type: key.type,
      authenticatorAttachment: key.authenticatorAttachment ?? null,
      clientExtensionResults: key.getClientExtensionResults(),
      response: { ...response, clientDataJSON: text(key.response.clientDataJSON) },
    });
    form.submit();
  } catch {
    failed.hidden = false;
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const line of document.querySelectorAll("[data-passkey-none]")) line.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
}
