import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where Debian keeps aarch64's own C and C++ libraries. */
const SYSTEM = "/usr/aarch64-linux-gnu/lib";

/** Arm's Neoverse N1, as Linux describes it. The emulator shows the host's description, which LibTorch's libraries do not survive. */
export const PROCESSOR = "neoverse-n1";
const MIDR = "0x00000000410fd0c1\n";
const FEATURES = "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp";
const KIND = "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n";

/**
 * Makes a folder that qemu looks into before the host's root: aarch64's libraries, and a description of two processors.
 *
 * @param {string} folder empty or not there
 */
export function makeArm64Root(folder) {
  mkdirSync(join(folder, "proc"), { recursive: true });
  symlinkSync(SYSTEM, join(folder, "lib"));
  const processors = [0, 1].map((i) => `processor\t: ${i}\nBogoMIPS\t: 243.75\nFeatures\t: ${FEATURES}\n${KIND}`);
  writeFileSync(join(folder, "proc", "cpuinfo"), processors.join("\n"));
  for (const i of processors.keys()) {
    const registers = join(folder, "sys", "devices", "system", "cpu", `cpu${i}`, "regs", "identification");
    mkdirSync(registers, { recursive: true });
    writeFileSync(join(registers, "midr_el1"), MIDR);
  }
}
