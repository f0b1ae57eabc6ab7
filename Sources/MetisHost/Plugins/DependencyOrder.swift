/// The order in which plugins start: each after those that it requires.
///
/// A pure function of descriptors. What cannot start fails with its reason, and so does what
/// requires it; all else keeps the order in which it came.
struct DependencyOrder {
  /// A plugin that wants to start.
  struct Node {
    var id: String
    var version: SemanticVersion
    var requirements: [PluginDescriptor.Requirement]
    /// Its manifest or library, for messages.
    var file: String
  }

  /// Indexes of the nodes that can start, in the order to start them.
  private(set) var order: [Int] = []
  /// Why the others cannot, by index.
  private(set) var failures: [Int: PluginError] = [:]

  private let nodes: [Node]
  /// The first node of each id.
  private var places: [String: Int] = [:]

  init(_ nodes: [Node]) {
    self.nodes = nodes
    for (index, node) in nodes.enumerated() {
      if let first = places[node.id] {
        fail(
          index, .duplicateID,
          "the id \(node.id) is taken by \(nodes[first].file), which comes first; two plugins "
            + "cannot share an id: remove one of them")
      } else {
        places[node.id] = index
      }
    }
    checkRequirements()
    checkCycles()
    passFailuresOn()
    sort()
  }

  private mutating func fail(_ index: Int, _ kind: PluginError.Kind, _ message: String) {
    guard failures[index] == nil else { return }
    failures[index] = PluginError(
      kind, message, plugin: nodes[index].id, file: nodes[index].file)
  }

  private mutating func checkRequirements() {
    for (index, node) in nodes.enumerated() {
      for requirement in node.requirements {
        guard let place = places[requirement.id] else {
          fail(
            index, .missingDependency,
            "\(node.id) requires \(requirement.id) \(requirement.range), which is not there: add "
              + "that plugin, or enable it")
          continue
        }
        let found = nodes[place].version
        if !requirement.range.contains(found) {
          fail(
            index, .unsuitableDependency,
            "\(node.id) requires \(requirement.id) \(requirement.range); found \(found) in "
              + nodes[place].file)
        }
      }
    }
  }

  /// Fails every plugin that requires itself through others, with its circle in the message.
  private mutating func checkCycles() {
    for (start, node) in nodes.enumerated() where places[node.id] == start {
      if let path = circle(from: start) {
        let names = (path + [start]).map { nodes[$0].id }.joined(separator: " → ")
        fail(start, .dependencyCycle, "plugins require each other in a circle: \(names)")
      }
    }
  }

  /// The shortest way from `start` along requirements back to it; nil where there is none.
  private func circle(from start: Int) -> [Int]? {
    var previous: [Int: Int] = [:]
    var queue = [start]
    var head = 0
    while head < queue.count {
      let current = queue[head]
      head += 1
      for requirement in nodes[current].requirements {
        guard let next = places[requirement.id] else { continue }
        if next == start {
          var path = [current]
          while let before = previous[path[0]] { path.insert(before, at: 0) }
          return path
        }
        if previous[next] == nil {
          previous[next] = current
          queue.append(next)
        }
      }
    }
    return nil
  }

  private mutating func passFailuresOn() {
    var changed = true
    while changed {
      changed = false
      for (index, node) in nodes.enumerated() where failures[index] == nil {
        for requirement in node.requirements {
          guard let place = places[requirement.id], let cause = failures[place] else { continue }
          fail(
            index, .failedDependency,
            "\(node.id) requires \(requirement.id), which failed: \(cause.message)")
          changed = true
        }
      }
    }
  }

  private mutating func sort() {
    var started: Set<String> = []
    var rest = nodes.indices.filter { failures[$0] == nil }
    while !rest.isEmpty {
      guard
        let next = rest.firstIndex(where: { index in
          nodes[index].requirements.allSatisfy { started.contains($0.id) }
        })
      else { break }
      let index = rest.remove(at: next)
      started.insert(nodes[index].id)
      order.append(index)
    }
  }
}
