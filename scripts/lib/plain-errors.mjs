// node --import: what the library refuses is told in its own words, without the lines of code that led there.
process.on("uncaughtException", (error) => {
  console.error(error?.name === "AutocircuitError" ? error.message : error);
  process.exit(1);
});
