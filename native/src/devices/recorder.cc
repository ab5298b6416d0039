#include "devices/recorder.h"

#include <map>

namespace autocircuit {
namespace {

std::map<c10::DeviceType, Recorder>& recorders() {
  static auto* const all = new std::map<c10::DeviceType, Recorder>;
  return *all;
}

}  // namespace

void set_recorder(c10::DeviceType type, Recorder recorder) { recorders()[type] = std::move(recorder); }

const Recorder* recorder(c10::DeviceType type) {
  const auto found = recorders().find(type);
  return found == recorders().end() || !found->second ? nullptr : &found->second;
}

RecordingCounts& recording_counts() {
  static auto* const counts = new RecordingCounts;
  return *counts;
}

}  // namespace autocircuit
