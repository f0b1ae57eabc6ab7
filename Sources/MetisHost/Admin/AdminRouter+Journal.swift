/// Requests about the journal.
extension AdminRouter {
  /// `journal`, `journal/count` and `journal/verify`.
  func journalOperation(
    _ path: [String], _ request: AdminRequest
  ) throws(Refusal) -> AdminOperation {
    do throws(Problem) {
      switch path {
      case []:
        if request.verb == "DELETE" { return .journal(.clear) }
        guard request.verb == "GET" else { break }
        return .journal(.entries(try JournalQuery(request.query)))
      case ["count"] where request.verb == "GET":
        return .journal(.count(try JournalQuery(request.query)))
      default: break
      }
    } catch {
      throw .problem(error)
    }
    switch path {
    case []: throw .notAllowed(["GET", "DELETE"])
    case ["count"]: throw .notAllowed(["GET"])
    case ["verify"]:
      try allow(["POST"], request)
      let body = try json(request)
      do throws(Problem) {
        return .journal(.verify(try JournalExpectation(body)))
      } catch {
        throw .problem(error)
      }
    default: throw noSuchPath(request)
    }
  }
}
