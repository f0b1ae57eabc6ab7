import MetisPluginAPI
import Testing

@testable import MetisHost

/// Tokens: what a plugin may hold long after its call.
@Suite struct CallTableTests {
  @Test func aTokenIsNeverUsedAgain() throws {
    let table = try #require(CallDirectory.join())
    defer { CallDirectory.leave(table) }
    var seen: Set<UInt64> = []
    for _ in 0..<3_000 {
      let opened = try #require(table.open())
      let call = opened.takeUnretainedValue()
      let token = call.token
      #expect(seen.insert(token).inserted)
      #expect(CallDirectory.find(token)?.takeUnretainedValue() === call)
      #expect(call.isOpen(token) && !call.isClosed(token))
      #expect(call.claim(token))
      #expect(!call.claim(token) && !call.isOpen(token) && !call.isClosed(token))
      table.close(opened)
      #expect(!call.claim(token) && call.isClosed(token))
    }
    #expect(table.openCount == 0)
  }

  @Test func openCallsAreCountedAndNamed() throws {
    let table = try #require(CallDirectory.join())
    defer { CallDirectory.leave(table) }
    let opened = try (0..<600).map { _ in try #require(table.open()) }
    let tokens = opened.map { $0.takeUnretainedValue().token }
    #expect(table.openCount == 600)
    #expect(Set(table.openTokens) == Set(tokens))
    #expect(opened[3].takeUnretainedValue().claim(tokens[3]))
    #expect(Set(table.openTokens) == Set(tokens).subtracting([tokens[3]]))
    for call in opened { table.close(call) }
    #expect(table.openCount == 0 && table.openTokens.isEmpty)
  }

  /// Of no generation, of a table that no process has, or of a place that no table has: no other
  /// test's call has one of them.
  private static let strange: [UInt64] = [
    0, 1, 0xFFFF, 0x3FF << 22, 0x3F_FFFF, 1 << 32 | 0x3FF << 22, 1 << 32 | 0x3F_FFFF, .max,
    .max - 1,
  ]

  @Test func numbersThatWereNeverTokensAreHarmless() {
    let table = Replies.table.pointee
    for token: UInt64 in CallTableTests.strange {
      #expect(table.complete(token, METIS_SHAPE_VALUE, nil, 0) == METIS_LATE)
      #expect(table.fail(token, 0, emptySlice, emptySlice) == METIS_LATE)
      #expect(table.emit(token, METIS_EMIT_LOG, emptySlice) == METIS_LATE)
      #expect(table.need_input(token, emptySlice, emptySlice) == METIS_LATE)
      #expect(table.reserve(token, 1) == nil)
      #expect(table.commit(token, 0) == METIS_LATE)
      #expect(table.context(token).count == 0)
      #expect(table.cancelled(token))
      #expect(table.on_cancel(token, { _ in }, nil) == METIS_LATE)
    }
  }

  @Test func anOwnedBodyIsReleasedOnceAlsoByALateCall() {
    var released = 0
    withUnsafeMutablePointer(to: &released) { place in
      let code = Replies.table.pointee.complete_owned(
        .max, METIS_SHAPE_VALUE, emptySlice,
        { $0!.assumingMemoryBound(to: Int.self).pointee += 1 }, place)
      #expect(code == METIS_LATE)
    }
    #expect(released == 1)
    #expect(
      Replies.table.pointee.complete_owned(.max, 0, emptySlice, nil, nil) == METIS_INVALID)
  }

  @Test func aCancellationTellsOnceAndOnlyWhileTheCallIsOpen() {
    let cancellation = Cancellation()
    var told = 0
    withUnsafeMutablePointer(to: &told) { place in
      let tell: @convention(c) (UnsafeMutableRawPointer?) -> Void = {
        $0!.assumingMemoryBound(to: Int.self).pointee += 1
      }
      #expect(cancellation.notify(tell, place) { true })
      cancellation.cancel()
      cancellation.cancel()
      #expect(place.pointee == 1 && cancellation.isCancelled)
      cancellation.reset(isShared: false)
      #expect(!cancellation.isCancelled)
      #expect(!cancellation.notify(tell, place) { false })
      cancellation.cancel()
      #expect(place.pointee == 1)
      cancellation.reset(isShared: true)
      #expect(cancellation.notify(tell, place) { true })
      cancellation.reset(isShared: true)
      cancellation.cancel()
      #expect(place.pointee == 1)
    }
  }
}
