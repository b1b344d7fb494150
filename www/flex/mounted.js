// Flex is made of React's components; ours are elements.

/**
 * A component whose element is filled by `mount(host, props)`, which returns how to end that. It is
 * filled anew for another Task.
 */
export function mounted(React, mount) {
  return function Mounted(props) {
    const host = React.useRef(null);
    React.useEffect(() => mount(host.current, props), [props.task?.taskSid]);
    return React.createElement('div', { ref: host, className: 'dialpad-agent' });
  };
}
