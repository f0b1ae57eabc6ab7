//! A strategy in Rust: a counter. It needs the standard library alone. Panics end at the C boundary.

mod abi;

use abi::*;
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicI64, Ordering};

#[used]
#[link_section = "metis_meta"]
static META: meta_v1 = meta_v1 { magic: META_MAGIC, abi: ABI_VERSION, flags: 0 };

static PROVIDES: [slice_v1; 1] = [slice_v1::new("counter")];

static DESCRIPTOR: descriptor_v1 = descriptor_v1 {
    size: size_of::<descriptor_v1>() as u32,
    reserved: 0,
    id: slice_v1::new("org.example.counter"),
    name: slice_v1::new("Counter strategy"),
    version: slice_v1::new("1.0.0"),
    vendor: slice_v1::new("Example"),
    license: slice_v1::new("MIT"),
    fingerprint: slice_v1::EMPTY,
    provides: PROVIDES.as_ptr(),
    provides_count: 1,
    requirements: std::ptr::null(),
    requirements_count: 0,
    needs: std::ptr::null(),
    needs_count: 0,
};

/// Counts up by `step`; safe for concurrent calls, hence REENTRANT.
struct Counter {
    value: AtomicI64,
    step: i64,
}

impl Counter {
    /// Reads a flat JSON object of integers, `{"start":10,"step":5}`. The host hands over valid
    /// JSON, so only its kind is checked here.
    fn new(config: &[u8]) -> Result<Counter, String> {
        let text = std::str::from_utf8(config).map_err(|error| error.to_string())?;
        let body = match text.trim() {
            "" => "",
            object => object
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
                .ok_or("expected an object of integers")?,
        };
        let (mut start, mut step) = (0, 1);
        for member in body.split(',').filter(|member| !member.trim().is_empty()) {
            let (name, value) = member.split_once(':').ok_or("expected an object of integers")?;
            let name = name.trim().trim_matches('"');
            let value = value
                .trim()
                .parse()
                .map_err(|_| format!("{name}: found {}, expected an integer", value.trim()))?;
            match name {
                "start" => start = value,
                "step" => step = value,
                _ => return Err(format!("{name}: expected start or step")),
            }
        }
        Ok(Counter { value: AtomicI64::new(start), step })
    }

    fn next(&self) -> i64 {
        self.value
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |value| {
                value.checked_add(self.step)
            })
            .expect("the counter has reached its end")
    }
}

fn refuse(error: *mut error_v1, code: i32, text: &str) -> i32 {
    let mut length = text.len().min(1008);
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    // The host's error lives for the call.
    let error = unsafe { &mut *error };
    error.text[..length].copy_from_slice(&text.as_bytes()[..length]);
    error.length = length as u32;
    error.code = code;
    code
}

unsafe extern "C" fn create(
    _plugin: *mut c_void,
    setup: *const instance_v1,
    error: *mut error_v1,
    out: *mut *mut c_void,
) -> i32 {
    let config = unsafe { (*setup).config.bytes() };
    match catch_unwind(|| Counter::new(config)) {
        Ok(Ok(counter)) => {
            unsafe { *out = Box::into_raw(Box::new(counter)).cast() };
            OK
        }
        Ok(Err(text)) => refuse(error, INVALID, &text),
        Err(_) => refuse(error, FAILED, "the plugin panicked"),
    }
}

unsafe extern "C" fn destroy(instance: *mut c_void) {
    drop(unsafe { Box::from_raw(instance.cast::<Counter>()) });
}

unsafe extern "C" fn call(
    instance: *mut c_void,
    request: *const request_v1,
    reply: *const reply_v1,
) -> i32 {
    let (counter, request, reply) =
        unsafe { (&*instance.cast::<Counter>(), &*request, &*reply) };
    match catch_unwind(AssertUnwindSafe(|| format!("{{\"count\":{}}}", counter.next()))) {
        Ok(json) => {
            let part = slice_v1::new(&json);
            unsafe { (reply.complete)(request.call, SHAPE_VALUE, &part, 1) };
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            let message = slice_v1::new(text.unwrap_or("the plugin panicked"));
            unsafe { (reply.fail)(request.call, 0, message, slice_v1::EMPTY) };
        }
    }
    OK
}

static STRATEGY: strategy_v1 = strategy_v1 {
    size: size_of::<strategy_v1>() as u32,
    flags: STRATEGY_REENTRANT,
    create,
    destroy,
    call,
};

unsafe extern "C" fn schema(_plugin: *mut c_void, section: u32) -> slice_v1 {
    match section {
        2 => slice_v1::new(
            r#"{"type":"object","properties":{"start":{"type":"integer"},"step":{"type":"integer"}},"additionalProperties":false}"#,
        ),
        _ => slice_v1::EMPTY,
    }
}

static CONFIG: config_v1 = config_v1 {
    size: size_of::<config_v1>() as u32,
    flags: 0,
    schema,
    check: std::ptr::null(),
};

unsafe extern "C" fn init(
    context: *mut c_void,
    _host: *const c_void,
    _config: slice_v1,
    _error: *mut error_v1,
    plugin: *mut *mut c_void,
) -> i32 {
    unsafe { *plugin = context };
    OK
}

unsafe extern "C" fn deinit(_plugin: *mut c_void) {}

unsafe extern "C" fn query(_plugin: *mut c_void, id: slice_v1) -> *const c_void {
    match unsafe { id.bytes() } {
        b"metis.strategy/1" => (&raw const STRATEGY).cast(),
        b"metis.config/1" => (&raw const CONFIG).cast(),
        _ => std::ptr::null(),
    }
}

/// # Safety
/// `out` must point to the host's table.
#[no_mangle]
pub unsafe extern "C" fn metis_plugin_entry(host_abi: u32, out: *mut plugin_v1) -> i32 {
    if host_abi >> 16 != ABI_VERSION >> 16 {
        return UNSUPPORTED;
    }
    unsafe {
        out.write(plugin_v1 {
            size: size_of::<plugin_v1>() as u32,
            abi: ABI_VERSION,
            descriptor: &DESCRIPTOR,
            context: std::ptr::null_mut(),
            init,
            deinit,
            query,
        });
    }
    OK
}
