// What a route that is only posted to shows to whoever opens it: nothing, like an address that is not there. A 405 would tell
// strangers that it is (ADM-2).
import 'server-only';

export function nothingHere(): Response {
  return new Response(null, { status: 404 });
}
