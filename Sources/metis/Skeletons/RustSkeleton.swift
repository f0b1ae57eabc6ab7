extension Skeleton {
  /// A strategy in Rust 2021, without crates.
  var rustFiles: [File] {
    [
      File("Cargo.toml", fill(Self.cargo)), File("src/lib.rs", fill(Self.rustSource)),
      File("src/abi.rs", Self.rustABI), File("Makefile", fill(Self.rustMakefile)),
    ]
  }

  private static let cargo = """
    [package]
    name = "@NAME@"
    version = "0.1.0"
    edition = "2021"
    license = "MIT"

    [lib]
    name = "@IDENTIFIER@"
    crate-type = ["cdylib"]

    [profile.release]
    debug = 1

    # Its own workspace, wherever the folder stands.
    [workspace]

    """

  private static let rustMakefile = """
    @LIBRARY@: Cargo.toml $(wildcard src/*.rs)
    \tcargo build --release
    \tcp target/release/@LIBRARY@ $@

    clean:
    \t$(RM) -r target @LIBRARY@

    .PHONY: clean

    """

  private static let rustSource = """
    //! The strategy @NAME@: answers with the arguments of the call.

    mod abi;

    use abi::*;
    use std::ffi::c_void;
    use std::panic::{catch_unwind, AssertUnwindSafe};

    /// What the host reads before a line of the library runs.
    #[used]
    #[link_section = "metis_meta"]
    static META: Meta = Meta { magic: META_MAGIC, abi: ABI_VERSION, flags: 0 };

    /// Answers for one tool. Calls may come at the same time on several threads.
    struct Strategy {
        greeting: String,
    }

    impl Strategy {
        /// `_config` is the tool's section of the configuration, JSON.
        fn new(_config: &str) -> Result<Strategy, String> {
            Ok(Strategy { greeting: "Hello from @NAME@".into() })
        }

        /// The answer to one call: a JSON value. `arguments` is a JSON object.
        fn answer(&self, arguments: &str) -> Result<String, String> {
            Ok(format!(r#"{{"greeting":"{}","arguments":{}}}"#, self.greeting, arguments))
        }
    }

    // No panic may cross the boundary: each function catches what its body throws.

    unsafe extern "C" fn create(
        _plugin: *mut c_void, setup: *const Instance, error: *mut Error, out: *mut *mut c_void,
    ) -> i32 {
        let made = catch_unwind(|| Strategy::new(unsafe { (*setup).config.text() }))
            .unwrap_or_else(|_| Err("the strategy panicked".into()));
        match made {
            Ok(strategy) => {
                *out = Box::into_raw(Box::new(strategy)).cast();
                OK
            }
            Err(text) => (*error).explain(&text),
        }
    }

    unsafe extern "C" fn destroy(instance: *mut c_void) {
        drop(Box::from_raw(instance.cast::<Strategy>()));
    }

    unsafe extern "C" fn call(
        instance: *mut c_void, request: *const Request, reply: *const Reply,
    ) -> i32 {
        let strategy = &*instance.cast::<Strategy>();
        let (request, reply) = (&*request, &*reply);
        let answer = catch_unwind(AssertUnwindSafe(|| {
            strategy.answer(unsafe { request.arguments.text() })
        }))
        .unwrap_or_else(|_| Err("the strategy panicked".into()));
        match answer {
            Ok(json) => (reply.complete)(request.call, SHAPE_VALUE, &Slice::new(&json), 1),
            Err(text) => (reply.fail)(request.call, 0, Slice::new(&text), Slice::new("")),
        }
    }

    static STRATEGY: StrategyTable = StrategyTable {
        size: size_of::<StrategyTable>() as u32,
        flags: STRATEGY_REENTRANT,
        create,
        destroy,
        call,
    };

    unsafe extern "C" fn init(
        context: *mut c_void, _host: *const c_void, _config: Slice, _error: *mut Error,
        plugin: *mut *mut c_void,
    ) -> i32 {
        *plugin = context;
        OK
    }

    unsafe extern "C" fn deinit(_plugin: *mut c_void) {}

    unsafe extern "C" fn query(_plugin: *mut c_void, id: Slice) -> *const c_void {
        if id.text() == "metis.strategy/1" {
            (&raw const STRATEGY).cast()
        } else {
            std::ptr::null()
        }
    }

    static PROVIDES: [Slice; 1] = [Slice::new("@NAME@")];

    static DESCRIPTOR: Descriptor = Descriptor {
        size: size_of::<Descriptor>() as u32,
        reserved: 0,
        id: Slice::new("@ID@"),
        name: Slice::new("@NAME@"),
        version: Slice::new(env!("CARGO_PKG_VERSION")),
        vendor: Slice::new("Example"),
        license: Slice::new("MIT"),
        fingerprint: Slice::new(""),
        provides: PROVIDES.as_ptr(),
        provides_count: PROVIDES.len(),
        requirements: std::ptr::null(),
        requirements_count: 0,
        needs: std::ptr::null(),
        needs_count: 0,
    };

    /// The one exported symbol.
    ///
    /// # Safety
    /// Called by the host alone, with a table of at least the size that it says.
    #[no_mangle]
    pub unsafe extern "C" fn metis_plugin_entry(host_abi: u32, out: *mut Plugin) -> i32 {
        if host_abi >> 16 != ABI_VERSION >> 16 {
            return UNSUPPORTED;
        }
        *out = Plugin {
            size: size_of::<Plugin>() as u32,
            // Read from the section, so that the linker keeps it.
            abi: std::ptr::read_volatile(&raw const META.abi),
            descriptor: &raw const DESCRIPTOR,
            context: std::ptr::null_mut(),
            init,
            deinit,
            query,
        };
        OK
    }

    """

  private static let rustABI = """
    //! The part of Metis' ABI (metis/plugin.h, types.h, ext/strategy.h) that a strategy needs.
    //! Released structs never change; what is new has new names.

    use std::ffi::c_void;

    pub const ABI_VERSION: u32 = 0x0001_0000;
    pub const META_MAGIC: u64 = 0x314c_5053_4954_454d;
    pub const OK: i32 = 0;
    pub const FAILED: i32 = -1;
    pub const UNSUPPORTED: i32 = -2;
    pub const SHAPE_VALUE: u32 = 0;
    pub const STRATEGY_REENTRANT: u32 = 4;

    #[repr(C)]
    pub struct Meta {
        pub magic: u64,
        pub abi: u32,
        pub flags: u32,
    }

    /// Borrowed bytes: UTF-8 or JSON.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Slice {
        bytes: *const u8,
        count: usize,
    }

    // The bytes of a static slice are never written.
    unsafe impl Sync for Slice {}

    impl Slice {
        pub const fn new(text: &str) -> Slice {
            Slice { bytes: text.as_ptr(), count: text.len() }
        }

        /// # Safety
        /// The host lends the bytes for the call that gave the slice, and they are UTF-8.
        pub unsafe fn text<'a>(&self) -> &'a str {
            if self.count == 0 {
                return "";
            }
            std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.bytes, self.count))
        }
    }

    #[repr(C)]
    pub struct Error {
        pub size: u32,
        pub code: i32,
        pub length: u32,
        pub reserved: u32,
        pub text: [u8; 1008],
    }

    impl Error {
        /// Fills in why something failed.
        pub fn explain(&mut self, text: &str) -> i32 {
            let mut count = text.len().min(self.text.len());
            while !text.is_char_boundary(count) {
                count -= 1;
            }
            self.text[..count].copy_from_slice(&text.as_bytes()[..count]);
            self.length = count as u32;
            self.code = FAILED;
            FAILED
        }
    }

    #[repr(C)]
    pub struct Descriptor {
        pub size: u32,
        pub reserved: u32,
        pub id: Slice,
        pub name: Slice,
        pub version: Slice,
        pub vendor: Slice,
        pub license: Slice,
        pub fingerprint: Slice,
        pub provides: *const Slice,
        pub provides_count: usize,
        pub requirements: *const c_void,
        pub requirements_count: usize,
        pub needs: *const Slice,
        pub needs_count: usize,
    }

    // Nothing writes to a static descriptor.
    unsafe impl Sync for Descriptor {}

    #[repr(C)]
    pub struct Plugin {
        pub size: u32,
        pub abi: u32,
        pub descriptor: *const Descriptor,
        pub context: *mut c_void,
        pub init: unsafe extern "C" fn(
            *mut c_void, *const c_void, Slice, *mut Error, *mut *mut c_void,
        ) -> i32,
        pub deinit: unsafe extern "C" fn(*mut c_void),
        pub query: unsafe extern "C" fn(*mut c_void, Slice) -> *const c_void,
    }

    #[repr(C)]
    pub struct Instance {
        pub size: u32,
        pub kind: u32,
        pub target: Slice,
        pub config: Slice,
        pub definition: Slice,
        pub directory: Slice,
        pub seed: u64,
    }

    #[repr(C)]
    pub struct Request {
        pub size: u32,
        pub kind: u32,
        pub call: u64,
        pub target: Slice,
        pub arguments: Slice,
        pub state: Slice,
        pub inputs: Slice,
        pub seed: u64,
        pub ordinal: u64,
        pub deadline: u64,
    }

    /// The first functions of the host's table; it has more.
    #[repr(C)]
    pub struct Reply {
        pub size: u32,
        pub reserved: u32,
        pub complete: unsafe extern "C" fn(u64, u32, *const Slice, usize) -> i32,
        pub complete_owned:
            unsafe extern "C" fn(u64, u32, Slice, unsafe extern "C" fn(*mut c_void), *mut c_void) -> i32,
        pub need_input: unsafe extern "C" fn(u64, Slice, Slice) -> i32,
        pub fail: unsafe extern "C" fn(u64, i32, Slice, Slice) -> i32,
    }

    #[repr(C)]
    pub struct StrategyTable {
        pub size: u32,
        pub flags: u32,
        pub create: unsafe extern "C" fn(
            *mut c_void, *const Instance, *mut Error, *mut *mut c_void,
        ) -> i32,
        pub destroy: unsafe extern "C" fn(*mut c_void),
        pub call: unsafe extern "C" fn(*mut c_void, *const Request, *const Reply) -> i32,
    }

    """
}
