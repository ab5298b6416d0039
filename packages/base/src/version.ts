/** Version of AutoCircuit, all packages alike; a test holds it equal to package.json. */
export const version = "0.1.0";
