// Imported before anything else by the scripts people run. An old Node would stop at a syntax or an export it does not
// know and say nothing useful; this says the one thing that helps. `engines` in package.json is the same number.

const MINIMUM = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  console.error(
    `Latchkey needs Node ${MINIMUM.join('.')} or newer, and this is Node ${process.versions.node}.`,
  );
  process.exit(1);
}
